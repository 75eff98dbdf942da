import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from './errors.js';
import { systemFolders } from './system-folder.js';

/** One that is being made has no symlink to it yet. */
const NEW_FOR_MS = 10 * 60_000;

/** @returns the DATA_DIR of a cluster, if nothing there leads to the cluster any longer */
async function abandonedBy(cluster: string): Promise<string | undefined> {
  const made = await unless(['ENOENT', 'EACCES'], stat(cluster));
  const note = await unless(['ENOENT', 'EACCES'], readFile(join(cluster, 'data-dir'), 'utf8'));
  if (made === undefined || note === undefined || Date.now() - made.mtimeMs < NEW_FOR_MS) return undefined;
  const dataDir = note.trim();
  const target = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
  return target === join(cluster, 'postgres') ? undefined : dataDir;
}

/** More would hide what else is told at a start. */
const MAX_NAMED = 3;

interface LeftBehind {
  cluster: string;
  dataDir: string;
}

/** Clusters whose DATA_DIR leads to them no longer. */
export async function findLeftBehind(): Promise<LeftBehind[]> {
  const found: LeftBehind[] = [];
  for (const folder of systemFolders) {
    const names = (await unless(['ENOENT', 'EACCES', 'ENOTDIR'], readdir(folder))) ?? [];
    for (const name of names.filter((candidate) => candidate.startsWith('cluster-')).sort()) {
      const cluster = join(folder, name);
      const dataDir = await abandonedBy(cluster);
      if (dataDir !== undefined) found.push({ cluster, dataDir });
    }
  }
  return found;
}

/**
 * Finds the clusters below the system's folders whose DATA_DIR was deleted: they stay behind, since only a symlink was in it.
 * @returns a sentence for each of the first, and one for all others
 */
export async function clustersLeftBehind(): Promise<string[]> {
  const found = await findLeftBehind();
  const sentences = found
    .slice(0, MAX_NAMED)
    .map(
      ({ cluster, dataDir }) =>
        `${cluster} is a database that DATA_DIR ${dataDir} no longer leads to: delete it if you do not need it.`,
    );
  const others = found.slice(MAX_NAMED).map(({ cluster }) => cluster);
  if (others.length > 0)
    sentences.push(`${others.length} more databases beside it are left behind in the same way.`);
  return sentences;
}
