import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApp } from '../../src/app/app.js';
import { createLogger } from '../../src/config/logger.js';
import { loadSettings } from '../../src/config/settings.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait.js';

let database: TestDatabase;
let occupant: Server;

beforeAll(async () => {
  database = await createTestDatabase();
  occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  occupant.close();
  await database.drop();
});

function connections(): Promise<{ name: string }[]> {
  return database.query(
    `SELECT application_name AS name FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'pollcast%'`,
  );
}

test('an API whose port is taken leaves nothing of itself behind', async () => {
  const settings = loadSettings({
    DATABASE_URL: database.url,
    ADMIN_TOKEN: 'test-admin-token-0001',
    PORT: String((occupant.address() as AddressInfo).port),
  });
  const start = startApp(settings, ['api'], createLogger({ logLevel: 'silent' }));
  await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await waitFor('all connections to be closed', async () => (await connections()).length === 0);
});
