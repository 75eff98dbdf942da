import { timingSafeEqual } from 'node:crypto';
import { Role, type Identity } from './identity.js';
import type { ApiTokenStore } from './api-token.store.js';
import { bearerTokenOf, digestOf } from './bearer-token.js';

/** The tokens of the settings, which need no database to be made. */
export interface ConfiguredTokens {
  adminToken: string;
  viewerToken?: string | undefined;
}

interface ConfiguredToken {
  identity: Identity;
  digest: Buffer;
}

function configured(name: string, role: Role, token: string): ConfiguredToken {
  return { identity: { name, role, tokenId: null }, digest: digestOf(token) };
}

/**
 * Tells whose bearer token it is. The same is done for every token, also a wrong one, one of the settings and none at
 * all: all digests are compared, and the database is asked once. So the time tells nothing.
 */
export class Authenticator {
  private readonly configured: readonly ConfiguredToken[];

  constructor(
    { adminToken, viewerToken }: ConfiguredTokens,
    private readonly tokens: ApiTokenStore,
  ) {
    const known = [configured('ADMIN_TOKEN', Role.ADMIN, adminToken)];
    if (viewerToken !== undefined) known.push(configured('VIEWER_TOKEN', Role.VIEWER, viewerToken));
    this.configured = known;
  }

  /**
   * @param header the value of an authorization header, `Bearer <token>`
   * @returns undefined for none, and for one that is unknown, expired or revoked
   * @throws when the database cannot be asked
   */
  async identify(header: unknown): Promise<Identity | undefined> {
    const token = bearerTokenOf(header);
    const digest = digestOf(token ?? '');
    const stored = await this.tokens.findValid(digest);
    const matches = this.configured.map((candidate) => timingSafeEqual(candidate.digest, digest));
    const match = this.configured.find((_, index) => matches[index]);
    if (token === undefined) return undefined;
    return match?.identity ?? (stored && { name: stored.name, role: stored.role, tokenId: stored.id });
  }
}
