import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { projectPath } from '../../src/config/paths.js';
import { waitFor } from './wait.js';

/** A pollcast process as it is started from the command line. */
export interface PollcastProcess {
  /** Everything written to standard output and standard error so far. */
  output: () => string;
  /** Resolves with the exit code, or null when a signal ended it. */
  exited: Promise<number | null>;
  /** Null while it runs, and when a signal ended it. */
  exitCode: () => number | null;
  kill: (signal?: NodeJS.Signals) => void;
  /** Ends it in good order, also one that is frozen. @returns its exit code, or null when a signal has ended it */
  stop: () => Promise<number | null>;
}

/** Gathers what a process writes to its pipes. */
export function followProcess(child: ChildProcess): PollcastProcess {
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    output: () => output,
    exited,
    exitCode: () => child.exitCode,
    kill: (signal = 'SIGTERM') => child.kill(signal),
    stop: () => {
      if (child.exitCode === null) for (const signal of ['SIGTERM', 'SIGCONT'] as const) child.kill(signal);
      return exited;
    },
  };
}

/** Starts `pollcast <arguments>` with no setting in its environment but what is given. */
export function startProcess(
  argv: string[],
  environment: Record<string, string>,
  cwd?: string,
): PollcastProcess {
  const child = spawn(process.execPath, [projectPath('dist', 'main.js'), ...argv], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TMPDIR: tmpdir(), ...environment },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return followProcess(child);
}

/** Runs a command to its end. */
export async function runCommand(
  argv: string[],
  environment: Record<string, string>,
  cwd?: string,
): Promise<{ code: number | null; output: string }> {
  const running = startProcess(argv, environment, cwd);
  const code = await running.exited;
  return { code, output: running.output() };
}

/** Waits for a line of the process's output, and fails at once when the process ends before. */
export async function waitForOutput(running: PollcastProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return waitFor(`the output ${pattern.source}`, () => {
    const match = pattern.exec(running.output());
    if (!match && running.exitCode() !== null) throw new Error(`The process ended: ${running.output()}`);
    return match;
  });
}
