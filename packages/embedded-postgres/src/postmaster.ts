import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK, type Address } from './address.js';
import { codeOf } from './errors.js';

/** The main process of a running server, as its postmaster.pid tells. */
export interface Postmaster {
  pid: number;
  /** Where it can be reached; undefined while the file is being written. */
  address: Address | undefined;
}

/** The server of this cluster; undefined when there is none, also when a crashed one left its file. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const path = join(cluster, 'postmaster.pid');
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const pid = Math.abs(Number(lines[0]));
  // Just created and not yet written to: somebody is starting.
  if (!(pid > 0)) return { pid: 0, address: undefined };
  if (!isAlive(pid)) return undefined;
  if (isSomethingElse(pid)) {
    // PostgreSQL would take that process for a server and refuse to start. After a restart of a container
    // the number often belongs to something else, or to a dead process that nobody has waited for.
    if (readIfThere(path) === text) unlinkSync(path);
    return undefined;
  }
  const [, , , port, folder, listenAddress] = lines;
  return { pid, address: addressOf(Number(port), folder, listenAddress) };
}

/** A server has a line for its socket's folder and one for what it listens on; either may be empty. */
function addressOf(port: number, folder?: string, listenAddress?: string): Address | undefined {
  if (!(port > 0) || folder === undefined || listenAddress === undefined) return undefined;
  if (folder.trim() !== '') return { host: folder.trim(), port };
  return listenAddress.trim() === '' ? undefined : { host: LOOPBACK, port };
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
