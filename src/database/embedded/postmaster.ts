import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from './errors.js';

/** The main process of a running server, as its postmaster.pid tells. */
export interface Postmaster {
  pid: number;
  /** Undefined while the file is being written. */
  port: number | undefined;
}

/** The server of this cluster; undefined when there is none, also when a crashed one left its file. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const path = join(cluster, 'postmaster.pid');
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const pid = Math.abs(Number(lines[0]));
  // Just created and not yet written to: somebody is starting.
  if (!(pid > 0)) return { pid: 0, port: undefined };
  if (!isAlive(pid)) return undefined;
  if (isSomethingElse(pid)) {
    // PostgreSQL would take that process for a server and refuse to start. After a restart of a container
    // the number often belongs to something else, or to a dead process that nobody has waited for.
    if (readIfThere(path) === text) unlinkSync(path);
    return undefined;
  }
  return { pid, port: Number(lines[3]) || undefined };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** True only if it is certain, which it can be on Linux: a dead process has an empty command line there. */
function isSomethingElse(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  const commandLine = readIfThere(`/proc/${pid}/cmdline`);
  if (commandLine === undefined) return false;
  const program = commandLine.split('\0')[0] ?? '';
  return !/(^|\/)postgres(:|$)/.test(program);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || path.startsWith('/proc/')) return undefined;
    throw error;
  }
}
