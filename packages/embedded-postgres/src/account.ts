import { run } from './run.js';
import { EmbeddedPostgresError } from './errors.js';

/** The unprivileged account PostgreSQL runs as when we are root, which it refuses to run as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

const candidates = ['postgres', '_postgres', 'nobody'];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The accounts of this machine that PostgreSQL may run as, best first; none are needed unless we are root. */
export async function unprivilegedAccounts(): Promise<Account[]> {
  if (!isRoot()) return [];
  const found = await Promise.all(candidates.map(lookUp));
  const accounts = found.filter((account) => account !== undefined);
  if (accounts.length > 0) return accounts;
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and this machine has neither an account "postgres" nor "nobody": ' +
      'run as an ordinary user, or set DATABASE_URL.',
  );
}

async function lookUp(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  // macOS prints "nobody" as 4294967294, which a process is started with as -2.
  return { name, uid: Number(uid.stdout) | 0, gid: Number(gid.stdout) | 0 };
}

/** Whether a file with this owner, as stat() gives it, belongs to the account. */
export function owns(account: Account, uid: number): boolean {
  return account.uid >>> 0 === uid;
}

/** Tried rather than computed from the modes, so that access lists and mounts count as well. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  const { code } = await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { account });
  return code === 0;
}
