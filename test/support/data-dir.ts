import { realpath, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Removes a DATA_DIR, with the cluster elsewhere that it leads to where root's PostgreSQL could not reach it. */
export async function removeDataDir(dataDir: string): Promise<void> {
  const cluster = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  const options = { recursive: true, force: true, maxRetries: 5 };
  if (cluster !== undefined && !cluster.startsWith(await realpath(dataDir)))
    await rm(dirname(cluster), options);
  await rm(dataDir, options);
}
