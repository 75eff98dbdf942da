import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/process.js';

/** A folder to start commands in, which PostgreSQL may enter when the tests run as root. */
export interface WorkFolder {
  path: string;
  dataDir: string;
  /** Whether the embedded server of `dataDir` runs. */
  serverRuns(): boolean;
  remove(): Promise<void>;
}

export async function createWorkFolder(): Promise<WorkFolder> {
  const path = await mkdtemp(join(tmpdir(), 'pollcast-cli-'));
  await chmod(path, 0o711);
  const dataDir = join(path, '.data');
  return {
    path,
    dataDir,
    serverRuns: () => existsSync(join(dataDir, 'postgres', 'postmaster.pid')),
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Runs a command that has to succeed. @returns what it says */
export async function succeed(argv: string[], environment: Record<string, string>): Promise<string> {
  const { code, output } = await runCommand(argv, environment, tmpdir());
  if (code !== 0) throw new Error(`"${argv.join(' ')}" ended with ${code}: ${output}`);
  return output;
}
