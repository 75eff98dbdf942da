import type { Role } from './identity.js';
import { isRowId } from '../kernel/ids.js';
import { refusal, success, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
import type { ApiTokenStore, TokenRecord } from './api-token.store.js';
import { createBearerToken, digestToken } from './bearer-token.js';

export interface TokenRequest {
  name: string;
  role: Role;
  /** In milliseconds; left out for a token that does not expire. */
  lifetimeMs?: number | undefined;
}

/** Begins with a letter, so that no name looks like an id. */
const NAME = /^[A-Za-z][\w.-]{0,63}$/;
/** Names of the tokens that come from the settings. */
const RESERVED_NAMES = ['ADMIN_TOKEN', 'VIEWER_TOKEN'];

function nameError(name: string): string | undefined {
  if (!NAME.test(name)) {
    return 'A name is a letter and up to 63 more letters, digits, dots, hyphens and underscores.';
  }
  return RESERVED_NAMES.includes(name)
    ? `${name} is how the token of the settings is called: choose another name.`
    : undefined;
}

/** Creates, lists and revokes API tokens. */
export class ApiTokenService {
  constructor(private readonly tokens: ApiTokenStore) {}

  /** @returns the token itself as well, which cannot be had a second time */
  async create(request: TokenRequest): Promise<Result<{ token: string; record: TokenRecord }>> {
    const { name, role, lifetimeMs } = request;
    const wrong = nameError(name);
    if (wrong !== undefined) return refusal(userError(UserErrorCode.INVALID, wrong, ['name']));
    const token = createBearerToken();
    const record = await this.tokens.insert({
      name,
      role,
      hash: digestToken(token),
      lifetimeMs: lifetimeMs ?? null,
    });
    if (record) return success({ token, record });
    const message = `There is, or was, a token ${name}: choose another name, so that the audit log stays clear.`;
    return refusal(userError(UserErrorCode.INVALID, message, ['name']));
  }

  list(): Promise<TokenRecord[]> {
    return this.tokens.list();
  }

  async revoke(nameOrId: string): Promise<Result<TokenRecord>> {
    const token = await this.tokens.find(isRowId(nameOrId) ? { id: nameOrId } : { name: nameOrId });
    if (!token) {
      // Does not repeat the argument, which may be the token itself.
      const message = 'There is no token of that name or id: "npm run token -- list" shows them all.';
      return refusal(userError(UserErrorCode.NOT_FOUND, message));
    }
    const revoked = await this.tokens.revoke(token.id);
    if (revoked) return success(revoked);
    return refusal(userError(UserErrorCode.INVALID_STATE, `Token ${token.name} was revoked before.`));
  }
}
