import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';

/** On Linux, files that are kept in memory. */
const MEMORY = '/dev/shm';
/** A run needs about 1 GiB; PostgreSQL shares memory in the same place. */
const PLENTY = 4 * 2 ** 30;
const PREFIX = 'pollcast-test-';
const OF_A_PROCESS = new RegExp(`^${PREFIX}(\\d+)-`);

/**
 * A folder for all temporary files of a run, databases included: in memory where there is plenty of it. A database is
 * cloned there in a tenth of the CPU time that a disk's file system takes for its 300 files.
 */
export async function createScratchFolder(onDisk = false): Promise<string> {
  const place = !onDisk && (await hasPlenty(MEMORY)) ? MEMORY : tmpdir();
  await removeAbandoned(place);
  const folder = await mkdtemp(join(place, `${PREFIX}${process.pid}-`));
  // As /tmp: PostgreSQL may run as another user.
  await chmod(folder, 0o1777);
  return folder;
}

async function hasPlenty(place: string): Promise<boolean> {
  if (process.platform !== 'linux' || !existsSync(place)) return false;
  const { bavail, bsize } = await statfs(place);
  return Math.min(bavail * bsize, freemem()) > PLENTY;
}

/** Memory that a killed run has left occupied would stay so until the machine is started again. */
async function removeAbandoned(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const [, pid] = OF_A_PROCESS.exec(name) ?? [];
    if (pid === undefined || runs(Number(pid))) continue;
    // Another user's stays.
    await rm(join(place, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
