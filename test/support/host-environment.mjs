import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TestEnvironment } from 'jest-environment-node';

const HOST = fileURLToPath(new URL('program-host.mjs', import.meta.url));
/** Another host takes over then: what libraries keep for as long as a process lives adds up in one. */
const PROGRAMS_OF_A_HOST = 100;

/** A process that runs programs beside each other. */
class ProgramHost {
  started = 0;
  /** Those that run, by number: who hears of their output and their end. */
  listeners = new Map();

  constructor() {
    const { PATH, HOME, TMPDIR } = process.env;
    this.child = fork(HOST, { execArgv: [], env: { PATH, HOME, TMPDIR } });
    // It ends with the process of the tests, and must not keep that from ending.
    this.child.unref();
    this.child.channel.unref();
    this.child.on('message', ({ id, output, code, isCutOff }) => {
      const listener = this.listeners.get(id);
      if (code === undefined) {
        // After the end of a program comes what the end of a process would have cut off.
        listener?.onOutput(output);
      } else {
        this.listeners.delete(id);
        listener.onEnd(code);
        // What it has not ended goes on as long as the process.
        if (isCutOff) this.started = PROGRAMS_OF_A_HOST;
        this.endWhenIdle();
      }
    });
    this.child.on('exit', (code, signal) => {
      for (const { onOutput, onEnd } of this.listeners.values()) {
        onOutput(`The process of the program ended with ${signal ?? code}.\n`);
        onEnd(1);
      }
      this.started = PROGRAMS_OF_A_HOST;
    });
  }

  get isUsedUp() {
    return this.started >= PROGRAMS_OF_A_HOST;
  }

  get running() {
    return this.listeners.size;
  }

  /** @returns what sends the program a signal */
  start(argv, environment, listener) {
    const id = this.started++;
    this.listeners.set(id, listener);
    this.child.send({ id, program: { argv, environment } });
    return (signal) => this.child.send({ id, signal });
  }

  endWhenIdle() {
    if (this.isUsedUp && this.running === 0 && this.child.connected) this.child.disconnect();
  }
}

/** For all files that this process of Jest works; the first ones are the warmest. */
let hosts = [];

function hostWithRoom(programsAtOnce) {
  hosts = hosts.filter((host) => !host.isUsedUp);
  const free = hosts.find((host) => host.running < programsAtOnce);
  if (free) return free;
  const host = new ProgramHost();
  hosts.push(host);
  return host;
}

/**
 * That of Node, and warm processes which run the programs that need none of their own (hosted-program.ts): as few as
 * possible, with no more programs at once in each than testEnvironmentOptions.programsAtOnce.
 */
export default class HostEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.programsAtOnce = config.projectConfig.testEnvironmentOptions.programsAtOnce ?? Infinity;
  }

  async setup() {
    await super.setup();
    this.global.startHostedProgram = (argv, environment, listener) =>
      hostWithRoom(this.programsAtOnce).start(argv, environment, listener);
  }
}
