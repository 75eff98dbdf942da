import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, open, readdir, rename } from 'node:fs/promises';
import { rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canEnter } from './account.js';
import type { Account } from './account.js';
import { writeConnection } from './connection-file.js';
import { EmbeddedPostgresError, unless } from './errors.js';
import { chooseFreePort } from './port.js';
import { runProgram } from './programs.js';
import type { Programs } from './programs.js';
import { systemFolder } from './system-folder.js';

/** The superuser of the cluster. */
export const user = 'pollcast';

export interface NewCluster {
  programs: Programs;
  dataDir: string;
  address: string;
  /** It need not survive a loss of power. */
  disposable: boolean;
}

const draftPrefix = '.postgres-';
const draftsAreAbandonedAfter = 10 * 60_000;

/**
 * Makes a cluster beside its address and moves it there complete. Any number of processes may do so at
 * once: the first one's cluster stays, the others delete theirs.
 */
export async function createCluster({ programs, dataDir, address, disposable }: NewCluster): Promise<void> {
  const { account } = programs;
  await removeAbandonedDrafts(dataDir);
  const reachable = account === undefined || (await canEnter(account, dataDir));
  const parent = reachable ? dataDir : await systemFolder(account);
  const draft = await mkdtemp(join(parent, reachable ? draftPrefix : 'cluster-'));
  let published = false;
  try {
    const folder = join(draft, 'postgres');
    await initialise(programs, draft, disposable);
    if (reachable) {
      published = await claim(address, () => rename(folder, address));
    } else {
      await writeFile(join(draft, 'data-dir'), `${dataDir}\n`, { mode: 0o600 });
      published = await claim(address, () => symlink(folder, address));
    }
    if (!disposable) await Promise.all([syncFolder(parent), syncFolder(dataDir)]);
  } finally {
    // What the address points to when it is a symlink stays where it was made.
    if (reachable || !published) await rm(draft, { recursive: true, force: true });
  }
}

async function initialise(programs: Programs, draft: string, disposable: boolean): Promise<void> {
  const { account } = programs;
  const folder = join(draft, 'postgres');
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(draft, 'password');
  await chmod(draft, account ? 0o711 : 0o700);
  await mkdir(folder, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  await giveTo(account, folder, passwordFile);
  const { code, stderr } = await runProgram(programs, 'initdb', [
    ...['-D', folder, `--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    // The same order and the same upper and lower case everywhere, whatever the system's locale is.
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(disposable ? ['--no-instructions', '--no-sync'] : ['--no-instructions']),
  ]);
  if (code !== 0) {
    const reason = /(?:error|FATAL): *(.+)/.exec(stderr)?.[1] ?? stderr.trim();
    throw new EmbeddedPostgresError(
      `The database could not be created (${reason}): choose another DATA_DIR, or set DATABASE_URL.`,
    );
  }
  await rm(passwordFile);
  await writeConnection(folder, { port: await chooseFreePort(), password });
}

async function giveTo(account: Account | undefined, ...paths: string[]): Promise<void> {
  if (account === undefined) return;
  for (const path of paths) await chown(path, account.uid >>> 0, account.gid >>> 0);
}

/** False when somebody else has taken the address before. */
async function claim(address: string, take: () => Promise<void>): Promise<boolean> {
  try {
    await take();
    return true;
  } catch (error) {
    if ((await unless(['ENOENT'], lstat(address))) !== undefined) return false;
    throw error;
  }
}

/** Without this a loss of power could undo the rename, and rows with it that were committed since. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Of processes that were killed while they made a cluster. */
async function removeAbandonedDrafts(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(draftPrefix)) continue;
    const path = join(dataDir, name);
    const age = Date.now() - ((await unless(['ENOENT'], stat(path)))?.mtimeMs ?? Date.now());
    if (age > draftsAreAbandonedAfter) await rm(path, { recursive: true, force: true });
  }
}
