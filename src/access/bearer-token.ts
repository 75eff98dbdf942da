import { createHash, randomBytes } from 'node:crypto';

/** By this a token is known wherever it turns up: in a log, in a repository, in a chat. */
const PREFIX = 'pct_';
const RANDOM_BYTES = 32;

/** A new token, which nobody can guess. */
export function createBearerToken(): string {
  return `${PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`;
}

/** SHA-256. As a token is random there is nothing to guess it by, which a slow hash would have to hold up. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** @param header the value of an authorization header, `Bearer <token>` */
export function bearerTokenOf(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +(\S+) *$/i.exec(header)?.[1] : undefined;
}
