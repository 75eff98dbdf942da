import { Writable } from 'node:stream';
import { Interruption } from '../../src/cli/interruption.js';
import { runProgram } from '../../src/cli/program.js';

/** One for all runs, since each listens for signals of this process. */
let interruption: Interruption | undefined;

/**
 * Runs a command within this process, as `pollcast <arguments>` with nothing in its environment but what is given. It
 * is the same program, without the second that a process takes to start; it must not be one that serves.
 */
export async function runInProcess(
  argv: string[],
  environment: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  let output = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      output += chunk.toString();
      done();
    },
  });
  interruption ??= new Interruption();
  const shell = { environment: () => environment, stdout: stream, stderr: stream, interruption };
  return { code: await runProgram(argv, shell), output };
}
