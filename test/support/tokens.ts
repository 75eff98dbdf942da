import { ApiTokenService } from '../../src/access/api-token.service.js';
import { ApiTokenStore } from '../../src/access/api-token.store.js';
import { createDataSource } from '../../src/app/data-source.js';
import { Role } from '../../src/access/identity.js';
import type { TestDatabase } from './database.js';

async function withTokens<T>(
  database: TestDatabase,
  work: (tokens: ApiTokenService) => Promise<T>,
): Promise<T> {
  const dataSource = await createDataSource({ url: database.url, poolSize: 1 }).initialize();
  try {
    return await work(new ApiTokenService(new ApiTokenStore(dataSource)));
  } finally {
    await dataSource.destroy();
  }
}

/** Makes a token as the command line does. @returns the token itself */
export function createToken(
  database: TestDatabase,
  name: string,
  role: keyof typeof Role = 'VIEWER',
): Promise<string> {
  return withTokens(database, async (tokens) => {
    const result = await tokens.create({ name, role: Role[role] });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    return result.value.token;
  });
}

export function revokeToken(database: TestDatabase, name: string): Promise<void> {
  return withTokens(database, async (tokens) => {
    const result = await tokens.revoke(name);
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
  });
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
