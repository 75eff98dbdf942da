import { timingSafeEqual } from 'node:crypto';
import { Role, type Identity } from './identity.js';
import type { ApiTokenStore } from './api-token.store.js';
import type { TokenUse } from './token-use.js';
import { readBearerToken, digestToken } from './bearer-token.js';

/** The tokens that come from the settings. */
export interface ConfiguredTokens {
  adminToken: string;
  viewerToken?: string | undefined;
}

interface ConfiguredToken {
  identity: Identity;
  digest: Buffer;
}

function configured(name: string, role: Role, token: string): ConfiguredToken {
  return { identity: { name, role, tokenId: null }, digest: digestToken(token) };
}

/**
 * Finds the identity of a bearer token. Every token takes the same steps, also a wrong one, a configured one and none at all:
 * all digests are compared, and the database is asked once. So timing reveals nothing.
 */
export class Authenticator {
  private readonly configured: readonly ConfiguredToken[];

  constructor(
    { adminToken, viewerToken }: ConfiguredTokens,
    private readonly tokens: ApiTokenStore,
    private readonly use: Pick<TokenUse, 'record'>,
  ) {
    const known = [configured('ADMIN_TOKEN', Role.ADMIN, adminToken)];
    if (viewerToken !== undefined) known.push(configured('VIEWER_TOKEN', Role.VIEWER, viewerToken));
    this.configured = known;
  }

  /**
   * @param header the value of an authorization header, `Bearer <token>`
   * @returns undefined without a token, and for one that is unknown, expired or revoked
   * @throws if the database cannot be reached
   */
  async identify(header: unknown): Promise<Identity | undefined> {
    const token = readBearerToken(header);
    const digest = digestToken(token ?? '');
    const stored = await this.tokens.findValid(digest);
    const matches = this.configured.map((candidate) => timingSafeEqual(candidate.digest, digest));
    const match = this.configured.find((_, index) => matches[index]);
    if (token === undefined) return undefined;
    if (stored) this.use.record(stored.id);
    return match?.identity ?? (stored && { name: stored.name, role: stored.role, tokenId: stored.id });
  }
}
