import { spawn } from 'node:child_process';
import { projectPath } from '../../src/config/paths.js';
import { followProcess, type PollcastProcess } from './process.js';

/** A pollcast process in a terminal, as util-linux's `script` makes one. */
export function startInTerminal(
  command: string,
  environment: Record<string, string>,
  cwd?: string,
): PollcastProcess {
  const line = `exec '${process.execPath}' '${projectPath('dist', 'main.js')}' ${command}`;
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TERM: 'dumb', ...environment },
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const followed = followProcess(child);
  return {
    ...followed,
    // Ctrl+C, which the terminal makes a SIGINT of.
    kill: () => child.stdin.write('\u0003'),
  };
}
