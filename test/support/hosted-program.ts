import type { PollcastProcess } from './process.js';

interface Listener {
  onOutput: (text: string) => void;
  onEnd: (code: number) => void;
}

declare global {
  /** By host-environment.mjs, in the suites that have it. @returns what sends the program a signal */
  var startHostedProgram:
    | ((
        argv: readonly string[],
        environment: Record<string, string>,
        listener: Listener,
      ) => (signal: NodeJS.Signals) => void)
    | undefined;
}

type HostedProgram = PollcastProcess & { exited: Promise<number> };

/** The others stop or end a process, whatever the program does. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether the suite has a process that runs programs. */
export function canHost(): boolean {
  return globalThis.startHostedProgram !== undefined;
}

/**
 * Starts `pollcast <arguments>` with nothing in its environment but what is given, in a process that runs others as well:
 * the same program, without the second that a process takes to start.
 */
export function startHosted(argv: readonly string[], environment: Record<string, string>): HostedProgram {
  const start = globalThis.startHostedProgram;
  if (!start) throw new Error('This suite runs no programs but in processes of their own.');
  let output = '';
  let exitCode: number | null = null;
  let end: (code: number) => void;
  const exited = new Promise<number>((resolve) => (end = resolve));
  const send = start(argv, environment, {
    onOutput: (text) => (output += text),
    onEnd: (code) => {
      exitCode = code;
      end(code);
    },
  });
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    if (!SIGNALS.includes(signal)) throw new Error(`${signal} is for a process of its own (process: 'own').`);
    if (exitCode === null) send(signal);
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
