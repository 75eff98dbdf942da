import { chmod, lstat, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot, owns, unprivilegedAccounts } from './account.js';
import type { Account } from './account.js';
import { createCluster } from './create-cluster.js';
import { codeOf, EmbeddedPostgresError, unless } from './errors.js';
import { nativeFolder } from './native-folder.js';
import { findPrograms } from './programs.js';
import type { Programs } from './programs.js';

/** A folder of PostgreSQL's data, and the programs that serve it. */
export interface Cluster {
  folder: string;
  programs: Programs;
}

interface OpenOptions {
  dataDir: string;
  /** A new one need not survive a loss of power. */
  disposable: boolean;
  onProgress?: ((message: string) => void) | undefined;
}

/** The cluster at DATA_DIR/postgres, which is created when missing. */
export async function openCluster({ dataDir, disposable, onProgress }: OpenOptions): Promise<Cluster> {
  const address = join(dataDir, 'postgres');
  try {
    const accounts = await unprivilegedAccounts();
    // First, so that an installation without it says so instead of complaining of a folder.
    const native = await nativeFolder();
    await makeDataDir(dataDir);
    const owner = await ownerOf(address);
    const account = owner === undefined ? accounts[0] : accountFor(owner, accounts, address);
    const programs = await findPrograms(native, account);
    if (owner === undefined) {
      onProgress?.(`Creating the database in ${address}`);
      await createCluster({ programs, dataDir, address, disposable });
    }
    const folder = await realpath(address);
    await checkVersion(folder, programs.major);
    return { folder, programs };
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
    throw new EmbeddedPostgresError(
      `This user may not use ${dataDir}: run as the user who made it, or choose another DATA_DIR.`,
      { cause: error },
    );
  }
}

/** As root, others may pass through it: the account that PostgreSQL runs as has to reach its cluster. */
async function makeDataDir(dataDir: string): Promise<void> {
  const mode = isRoot() ? 0o711 : 0o700;
  const made = await mkdir(dataDir, { recursive: true, mode });
  if (made !== undefined) await chmod(dataDir, mode);
}

async function ownerOf(address: string): Promise<number | undefined> {
  const entry = await unless(['ENOENT'], lstat(address));
  if (entry === undefined) return undefined;
  const target = await unless(['ENOENT'], stat(address));
  if (target !== undefined) return target.uid;
  throw new EmbeddedPostgresError(
    `${address} points to a folder that is gone, and the database with it: restore that folder, or delete ` +
      `${address} to start over.`,
  );
}

/** The account to run the programs as; undefined for our own. */
function accountFor(owner: number, accounts: Account[], address: string): Account | undefined {
  const account = accounts.find((candidate) => owns(candidate, owner));
  const ours = isRoot() ? account !== undefined : (process.getuid?.() ?? owner) === owner;
  if (ours) return account;
  throw new EmbeddedPostgresError(
    `${address} belongs to another user (number ${owner}) than the one this runs as: ` +
      `run as ${isRoot() ? 'that user' : 'the user who made it, such as root'}, or choose another DATA_DIR.`,
  );
}

async function checkVersion(folder: string, major: string): Promise<void> {
  const version = (await unless(['ENOENT'], readFile(join(folder, 'PG_VERSION'), 'utf8')))?.trim();
  if (version === major) return;
  throw new EmbeddedPostgresError(
    version === undefined
      ? `${folder} is no database folder: move it away, or choose another DATA_DIR.`
      : `${folder} was made by PostgreSQL ${version} and this is PostgreSQL ${major}: dump it with the old ` +
          'version and move it away, choose another DATA_DIR, or set DATABASE_URL.',
  );
}
