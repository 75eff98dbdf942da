import { createHash, randomBytes } from 'node:crypto';

/** Makes a leaked token recognisable in a log, a repository or a chat. */
const PREFIX = 'pct_';
const RANDOM_BYTES = 32;

/** Creates a token of 32 random bytes. */
export function createBearerToken(): string {
  return `${PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`;
}

/** SHA-256. A slow hash would protect guessable secrets; a random token is none. */
export function digestToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** @param header the value of an authorization header, `Bearer <token>` */
export function readBearerToken(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+) *$/i.exec(header)?.[1] : undefined;
}
