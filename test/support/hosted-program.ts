import { connect } from 'node:net';
import { testEnvironment } from './environment.js';
import { receiveLines, sendLine } from './json-lines.mjs';
import type { PollcastProcess } from './process.js';

type Message = { output: string } | { code: number };

type HostedProgram = PollcastProcess & { exited: Promise<number> };

/** The others stop or end a process, whatever the program does. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether the suite has processes that run programs: program-hosts.ts. */
export function canHost(): boolean {
  return testEnvironment().hostsPath !== undefined;
}

/**
 * Starts `pollcast <arguments>` with nothing in its environment but what is given, in a process that runs others as well:
 * the same program, without the second that a process takes to start.
 */
export function startHosted(argv: readonly string[], environment: Record<string, string>): HostedProgram {
  const { hostsPath } = testEnvironment();
  if (hostsPath === undefined) throw new Error('This suite runs no programs but in processes of their own.');
  let output = '';
  let exitCode: number | null = null;
  const socket = connect(hostsPath);
  const exited = new Promise<number>((resolve) => {
    const end = (code: number) => {
      exitCode ??= code;
      resolve(exitCode);
    };
    receiveLines(socket, (value) => {
      const message = value as Message;
      if ('code' in message) end(message.code);
      else output += message.output;
    });
    socket.on('error', (error) => (output += `${error.message}\n`));
    socket.on('close', () => {
      if (exitCode === null) output += 'The process of the program has ended.\n';
      end(1);
    });
  });
  sendLine(socket, { program: { argv, environment } });
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    if (!SIGNALS.includes(signal)) throw new Error(`${signal} is for a process of its own (process: 'own').`);
    if (exitCode === null) sendLine(socket, { signal });
  };
  const stop = () => {
    kill();
    return exited;
  };
  return { output: () => output, exitCode: () => exitCode, exited, kill, stop };
}

/** Runs a command to its end; it must not be one that serves. */
export async function runHosted(
  argv: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const running = startHosted(argv, environment);
  return { code: await running.exited, output: running.output() };
}
