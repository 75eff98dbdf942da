import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './account.js';
import { codeOf, EmbeddedPostgresError } from './errors.js';
import type { NativeFolder } from './native-folder.js';
import { run } from './run.js';
import type { Outcome } from './run.js';
import { systemFolder } from './system-folder.js';

/** The programs of PostgreSQL in a place where the account that runs them can. */
export interface Programs {
  bin: string;
  /** The major version, as in the file PG_VERSION of a cluster. */
  major: string;
  account: Account | undefined;
}

export async function findPrograms(native: NativeFolder, account: Account | undefined): Promise<Programs> {
  const inPlace = await tryOut(native.path, account);
  if (inPlace.code === 0) return programs(native.path, inPlace, account);
  if (account === undefined) throw cannotRun(inPlace);

  const copy = join(await systemFolder(account), `programs-${native.label}`);
  let outcome = await tryOut(copy, account);
  if (outcome.code !== 0) {
    await rm(copy, { recursive: true, force: true });
    await publishCopy(native, copy);
    outcome = await tryOut(copy, account);
  }
  if (outcome.code !== 0) throw cannotRun(outcome);
  return programs(copy, outcome, account);
}

export function runProgram(
  { bin, account }: Programs,
  name: 'initdb' | 'pg_ctl',
  args: string[],
  options: { quiet?: boolean } = {},
): Promise<Outcome> {
  return run(join(bin, name), args, { ...options, account });
}

function tryOut(folder: string, account: Account | undefined): Promise<Outcome> {
  return run(join(folder, 'bin', 'postgres'), ['--version'], { account });
}

function programs(folder: string, { stdout }: Outcome, account: Account | undefined): Programs {
  return { bin: join(folder, 'bin'), major: /\d+/.exec(stdout)?.[0] ?? '', account };
}

function cannotRun({ stderr }: Outcome): EmbeddedPostgresError {
  const reason = stderr.trim().split('\n')[0] ?? '';
  return new EmbeddedPostgresError(
    `The embedded PostgreSQL does not run on this machine (${reason}): set DATABASE_URL to a PostgreSQL server.`,
  );
}

/** The copy appears complete or not at all, also if several processes create it at once. */
async function publishCopy(native: NativeFolder, copy: string): Promise<void> {
  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    await copyReadable(native.path, draft);
    await rename(draft, copy);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Everybody may read the copy, whatever the umask was when npm unpacked the original. */
async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyReadable(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!entry.name.endsWith('.a')) {
      await copyFile(source, target);
      await chmod(target, (await stat(source)).mode & 0o100 ? 0o755 : 0o644);
    }
  }
}
