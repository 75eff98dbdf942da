import { randomBytes } from 'node:crypto';
import type { ApiTokenService } from './api-token.service.js';
import { endingBy, type AuditTrail } from './audit-trail.js';
import { digestToken } from './bearer-token.js';
import { Role } from './identity.js';

/** How long a sign-in link is valid. */
const CODE_LIFETIME_MS = 3_600_000;
/** How long a browser stays signed in. */
const TOKEN_LIFETIME_MS = 43_200_000;
const CODE_BYTES = 24;

export interface SignedIn {
  token: string;
  role: Role;
  expiresAt: Date | null;
}

/**
 * One-time codes that sign a browser in. Access to the terminal of a process means ADMIN, and a code from there grants the
 * same. The browser gets a token of its own, which expires, can be revoked, and has a name in the audit log. Codes are kept
 * in memory as digests, and are valid for the process that made them.
 */
export class SignIn {
  private readonly codes = new Map<string, number>();

  constructor(
    private readonly tokens: ApiTokenService,
    private readonly audit: AuditTrail,
  ) {}

  issueCode(): string {
    const code = randomBytes(CODE_BYTES).toString('base64url');
    this.codes.set(hashCode(code), performance.now() + CODE_LIFETIME_MS);
    return code;
  }

  /**
   * @returns undefined for a code that is unknown, used or older than an hour
   * @throws if no token can be created; the code stays valid
   */
  async exchange(code: string): Promise<SignedIn | undefined> {
    const key = hashCode(code);
    const endsAt = this.codes.get(key);
    this.codes.delete(key);
    if (endsAt === undefined || performance.now() > endsAt) return undefined;
    try {
      return await this.createToken();
    } catch (error) {
      this.codes.set(key, endsAt);
      throw error;
    }
  }

  private async createToken(): Promise<SignedIn> {
    const name = `browser-${randomBytes(6).toString('hex')}`;
    const identity = { name: 'sign-in link', role: Role.ADMIN, tokenId: null };
    const detail = `token: ${name}, role: ${Role.ADMIN}`;
    const call = { identity, action: 'createToken', campaignId: null, pollId: null, detail };
    const create = () => this.tokens.create({ name, role: Role.ADMIN, lifetimeMs: TOKEN_LIFETIME_MS });
    const result = await this.audit.record(call, create, (made) =>
      endingBy(made.ok ? undefined : made.errors[0]),
    );
    if (!result.ok) throw new Error(result.errors[0]?.message);
    const { token, record } = result.value;
    return { token, role: record.role, expiresAt: record.expiresAt };
  }
}

function hashCode(code: string): string {
  return digestToken(code).toString('hex');
}
