import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinEmbeddedDatabase } from '../app/embedded-database.js';

export interface TemporaryPostgres {
  url: string;
  dataDir: string;
}

/** Runs the work with a PostgreSQL of its own, and deletes that afterwards. */
export async function withTemporaryPostgres<T>(
  work: (postgres: TemporaryPostgres) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pollcast-'));
  try {
    // As root, PostgreSQL runs as another account, which must reach its folder.
    await chmod(dataDir, 0o711);
    // The data need not survive a power failure.
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
