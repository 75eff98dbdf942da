import { chmod, lstat, mkdir } from 'node:fs/promises';
import { canEnter } from './account.js';
import type { Account } from './account.js';
import { EmbeddedPostgresError } from './errors.js';

export const systemFolders = ['/var/lib/pollcast', '/var/tmp/pollcast'];

/**
 * A folder of root's that the account can enter, for what it cannot reach where it is: the programs of a
 * project below /root, or the cluster of a DATA_DIR there.
 */
export async function systemFolder(account: Account): Promise<string> {
  for (const folder of systemFolders) {
    if ((await isOurs(folder)) && (await canEnter(account, folder))) return folder;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL runs as "${account.name}" here, which can reach neither the project nor ` +
      `${systemFolders.join(' nor ')}: run as an ordinary user, or set DATABASE_URL.`,
  );
}

async function isOurs(folder: string): Promise<boolean> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o755 });
    if (made !== undefined) await chmod(folder, 0o755);
    // Anybody can make a folder below /var/tmp; programs are run from one of root's only.
    const found = await lstat(folder);
    return found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
