import { randomBytes } from 'node:crypto';
import type { ApiTokenService } from './api-token.service.js';
import { endingBy, type AuditTrail } from './audit-trail.js';
import { digestOf } from './bearer-token.js';
import { Role } from './identity.js';

/** How long a link that nobody has opened is good for. */
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
 * One-time codes for a browser: the person at the terminal of a process may do everything, and so may the browser that
 * exchanges a code from there. What it gets is a token of its own, which expires, can be revoked, and is in the audit log by
 * its name. Codes are kept in memory, as digests, and are good for the process that made them.
 */
export class SignIn {
  private readonly codes = new Map<string, number>();

  constructor(
    private readonly tokens: ApiTokenService,
    private readonly audit: AuditTrail,
  ) {}

  issueCode(): string {
    const code = randomBytes(CODE_BYTES).toString('base64url');
    this.codes.set(keyOf(code), performance.now() + CODE_LIFETIME_MS);
    return code;
  }

  /**
   * @returns undefined for a code that is unknown, used or older than an hour
   * @throws when no token can be made; the code is still good then
   */
  async exchange(code: string): Promise<SignedIn | undefined> {
    const key = keyOf(code);
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

function keyOf(code: string): string {
  return digestOf(code).toString('hex');
}
