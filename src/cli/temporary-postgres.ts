import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinEmbeddedDatabase } from '../app/embedded-database.js';

export interface TemporaryPostgres {
  url: string;
  dataDir: string;
}

/** Gives the work a PostgreSQL of its own, of which nothing is left afterwards. */
export async function withTemporaryPostgres<T>(
  work: (postgres: TemporaryPostgres) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pollcast-'));
  try {
    // PostgreSQL runs as an unprivileged account when this is root, and has to reach its folder.
    await chmod(dataDir, 0o711);
    // Nothing of this is to survive a loss of power.
    const server = await joinEmbeddedDatabase({ dataDir, parameters: { fsync: 'off' } });
    try {
      return await work({ url: server.url, dataDir });
    } finally {
      await server.leave();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
