import type { Role } from './identity.js';
import { describeOtherType, isRowId, parseId, toKey } from '../kernel/ids.js';
import { refusal, success, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
import type { ApiTokenStore } from './api-token.store.js';
import type { TokenRecord } from './token-record.js';
import { createBearerToken, digestToken } from './bearer-token.js';

export interface TokenRequest {
  name: string;
  role: Role;
  /** Left out for a token that does not expire. */
  lifetimeMs?: number | undefined;
  /** Instead of a lifetime. */
  expiresAt?: Date | null | undefined;
}

/** Begins with a letter, so that no name looks like a number. */
const NAME = /^[A-Za-z][\w.-]{0,63}$/;
/** Names of the tokens that come from the settings. */
const RESERVED_NAMES = ['ADMIN_TOKEN', 'VIEWER_TOKEN'];

function nameError(name: string): string | undefined {
  if (!NAME.test(name)) {
    return 'A name is a letter and up to 63 more letters, digits, dots, hyphens and underscores.';
  }
  if (parseId(name)) return 'A name must not look like an id, such as token_3: choose another name.';
  return RESERVED_NAMES.includes(name)
    ? `${name} is how the token of the settings is called: choose another name.`
    : undefined;
}

/** Creates, lists and revokes API tokens. */
export class ApiTokenService {
  constructor(private readonly tokens: ApiTokenStore) {}

  /** @returns the token itself as well, which cannot be had a second time */
  async create(request: TokenRequest): Promise<Result<{ token: string; record: TokenRecord }>> {
    const { name, role, lifetimeMs, expiresAt } = request;
    const wrong = nameError(name);
    if (wrong !== undefined) return refusal(userError(UserErrorCode.INVALID, wrong, ['name']));
    if (expiresAt && expiresAt.getTime() <= Date.now()) {
      const past = 'expiresAt must be in the future; leave it out for a token that does not expire.';
      return refusal(userError(UserErrorCode.INVALID, past, ['expiresAt']));
    }
    const token = createBearerToken();
    const record = await this.tokens.insert({
      name,
      role,
      hash: digestToken(token),
      lifetimeMs: lifetimeMs ?? null,
      expiresAt: expiresAt ?? null,
    });
    if (record) return success({ token, record });
    const message = `There is, or was, a token ${name}: choose another name, so that the audit log stays clear.`;
    return refusal(userError(UserErrorCode.TAKEN, message, ['name']));
  }

  list(): Promise<TokenRecord[]> {
    return this.tokens.list();
  }

  async find(nameOrId: string): Promise<TokenRecord | undefined> {
    const id = toKey('token', nameOrId);
    // Names that look like ids are no longer given, but may be older.
    const byName = await this.tokens.find({ name: nameOrId });
    return byName ?? (isRowId(id) ? this.tokens.find({ id }) : undefined);
  }

  async revoke(nameOrId: string): Promise<Result<TokenRecord>> {
    const token = await this.find(nameOrId);
    if (!token) {
      // Does not repeat the argument otherwise, which may be the token itself.
      const message =
        describeOtherType('token', nameOrId) ??
        'There is no token of that name or id: the query apiTokens and "npm run token -- list" show them all.';
      return refusal(userError(UserErrorCode.NOT_FOUND, message, ['id']));
    }
    const revoked = await this.tokens.revoke(token.id);
    if (revoked) return success(revoked);
    return refusal(userError(UserErrorCode.INVALID_STATE, `Token ${token.name} was revoked before.`, ['id']));
  }
}
