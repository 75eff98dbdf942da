import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { removeDataDir } from '../support/data-dir.js';
import { runHosted, startHosted } from '../support/hosted-program.js';
import { startProcess, type PollcastProcess } from '../support/process.js';

/** A folder to start commands in, which PostgreSQL may enter when the tests run as root. */
export class WorkFolder {
  readonly dataDir: string;
  private readonly processes: PollcastProcess[] = [];

  private constructor(readonly path: string) {
    this.dataDir = join(path, '.data');
  }

  static async create(): Promise<WorkFolder> {
    const path = await mkdtemp(join(tmpdir(), 'pollcast-cli-'));
    await chmod(path, 0o711);
    return new WorkFolder(path);
  }

  /** Starts a command that is ended with the folder, if it has not ended by itself. */
  start(argv: string[], environment: Record<string, string> = {}): PollcastProcess {
    const running = startProcess(argv, environment, this.path);
    this.processes.push(running);
    return running;
  }

  /** Starts it in the process that the programs of tests share; the folder is named to it. */
  host(argv: string[], environment: Record<string, string> = {}): PollcastProcess {
    const running = startHosted(argv, { DATA_DIR: this.dataDir, ...environment });
    this.processes.push(running);
    return running;
  }

  /** Whether the embedded server of `dataDir` runs. */
  serverRuns(): boolean {
    return existsSync(join(this.dataDir, 'postgres', 'postmaster.pid'));
  }

  async remove(): Promise<void> {
    await Promise.all(this.processes.map((running) => running.stop()));
    await removeDataDir(this.dataDir);
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A test in a folder of its own. Those of a file run side by side. */
export function testInFolder(name: string, work: (folder: WorkFolder) => Promise<void>): void {
  test.concurrent(name, async () => {
    const folder = await WorkFolder.create();
    try {
      await work(folder);
    } finally {
      await folder.remove();
    }
  });
}

/** Runs a command that has to succeed. @returns what it says */
export async function succeed(argv: string[], environment: Record<string, string>): Promise<string> {
  const { code, output } = await runHosted(argv, environment);
  if (code !== 0) throw new Error(`"${argv.join(' ')}" ended with ${code}: ${output}`);
  return output;
}
