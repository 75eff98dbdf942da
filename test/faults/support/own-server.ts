import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { joinEmbeddedPostgres } from '@pollcast/embedded-postgres';
import { kill } from '../../packages/embedded-postgres/scratch.js';
import type { TestDatabase } from '../../support/database.js';
import { waitFor } from '../../support/wait.js';

/** A PostgreSQL of the test's own. Whenever it ends it is started again, as a service manager would. */
export interface OwnServer extends TestDatabase {
  /** Ends the server with this signal, and resolves when it answers again. */
  crash(signal: NodeJS.Signals): Promise<void>;
}

export async function startOwnServer(): Promise<OwnServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pollcast-fault-'));
  chmodSync(dataDir, 0o711);
  const server = await joinEmbeddedPostgres({
    dataDir,
    parameters: { fsync: 'off', max_connections: '300' },
  });
  const cluster = join(dataDir, 'postgres');

  async function query<T extends QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<T>(sql, parameters)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async function crash(signal: NodeJS.Signals): Promise<void> {
    const startedAt = 'SELECT pg_postmaster_start_time()::text AS at';
    const [before] = await query<{ at: string }>(startedAt);
    kill(Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]), signal);
    await waitFor('the server to be back', async () => {
      const [now] = await query<{ at: string }>(startedAt).catch(() => []);
      return now && now.at !== before?.at;
    });
  }

  async function drop(): Promise<void> {
    await server.leave();
    // The cluster is elsewhere when the account that PostgreSQL runs as cannot reach the folder.
    const folder = realpathSync(cluster);
    if (!folder.startsWith(realpathSync(dataDir))) rmSync(dirname(folder), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }

  return { url: server.url, query, crash, drop };
}
