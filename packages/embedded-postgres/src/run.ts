import { spawn } from 'node:child_process';

export interface Outcome {
  /** The exit code; undefined when the program could not be started or was ended by a signal. */
  code: number | undefined;
  stdout: string;
  /** What the program complained about, or why it could not be started. */
  stderr: string;
}

interface RunOptions {
  account?: { uid: number; gid: number } | undefined;
  /** Set for a program that leaves a daemon behind: on Windows the daemon would hold the pipes open. */
  quiet?: boolean;
}

/** Runs a program to its end, as the given account, with an environment that does not vary. */
export function run(file: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
  const { account, quiet = false } = options;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      // Every account can enter the root folder, which is not so for the folder we were started in.
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' },
      stdio: ['ignore', quiet ? 'ignore' : 'pipe', quiet ? 'ignore' : 'pipe'],
      windowsHide: true,
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', (error) => {
      resolve({ code: undefined, stdout, stderr: error.message });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? undefined, stdout, stderr });
    });
  });
}
