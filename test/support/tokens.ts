import { ApiTokenService } from '../../src/access/api-token.service.js';
import { ApiTokenStore } from '../../src/access/api-token.store.js';
import { Role } from '../../src/access/identity.js';
import type { TestDatabase } from './database.js';

function tokensOf(database: TestDatabase): ApiTokenService {
  return new ApiTokenService(new ApiTokenStore(database));
}

/** Makes a token as the command line does. @returns the token itself */
export async function createToken(
  database: TestDatabase,
  name: string,
  role: keyof typeof Role = 'VIEWER',
): Promise<string> {
  const result = await tokensOf(database).create({ name, role: Role[role] });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.value.token;
}

export async function revokeToken(database: TestDatabase, name: string): Promise<void> {
  const result = await tokensOf(database).revoke(name);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
}

/** Lets a token expire now. */
export async function expireToken(database: TestDatabase, name: string): Promise<void> {
  await database.query('UPDATE api_token SET expires_at = clock_timestamp() WHERE name = $1', [name]);
}

let lastNumber = 1000;

/** Numbers that no token has had: the app remembers for a minute of which it has noted the use. */
export async function useNewNumbers(database: TestDatabase): Promise<void> {
  await database.query(`ALTER TABLE api_token ALTER COLUMN id RESTART WITH ${(lastNumber += 1000)}`);
}
