import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { SHUTDOWN } from '../kernel/shutdown.js';

/** What of a shell an interruption takes. */
export interface Interruptible {
  stdout: NodeJS.WritableStream;
  /** Emits the names of the signals that arrive. */
  signals: EventEmitter;
  /** Ends the program whatever it still does. */
  exit: (code: number) => void;
}

/** The process was asked to end before its work was done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(readonly signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`);
  }

  /** What a shell says of a command that the signal ended. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How long to wait for what is being started: a PostgreSQL that starts unattended would be left running. */
const START_LIMIT_MS = 60_000;
/** npm forwards a Ctrl+C that the terminal has sent to this process already. Both count as one. */
const SAME_SIGNAL_MS = 1000;

/**
 * Handles signals until it is closed. The first asks the work to end gracefully; a second one, or the time limit, ends the
 * program at once.
 */
export class Interruption {
  readonly arrived: Promise<NodeJS.Signals>;
  /** The first signal that has arrived. */
  signal: NodeJS.Signals | undefined;
  private arrivedAt = 0;
  private isStarted = false;
  private limit: NodeJS.Timeout | undefined;
  private interrupted: Promise<never> | undefined;
  private readonly onSignal: (signal: NodeJS.Signals) => void;
  /** The reader of the output is gone, as with "| head". */
  private readonly onBrokenOutput = () => {
    this.onSignal('SIGPIPE');
  };

  /** @param console that of the shell, which writes to a broken pipe without complaint */
  constructor(
    private readonly shell: Interruptible,
    private readonly console: Console,
  ) {
    let resolve: (signal: NodeJS.Signals) => void;
    this.arrived = new Promise((settle) => (resolve = settle));
    this.onSignal = (signal) => {
      if (this.signal !== undefined) {
        if (performance.now() - this.arrivedAt > SAME_SIGNAL_MS)
          this.quit('Ended without waiting any longer.');
        return;
      }
      this.signal = signal;
      this.arrivedAt = performance.now();
      this.limitTime();
      resolve(signal);
    };
    for (const name of SIGNALS) shell.signals.on(name, this.onSignal);
    shell.stdout.on('error', this.onBrokenOutput);
  }

  /** Call it when everything that must be stopped in the end has been started. */
  started(): void {
    this.isStarted = true;
    if (this.signal !== undefined) this.limitTime();
  }

  /** Waits for the work until a signal arrives. @throws Interrupted */
  async orElse<T>(work: Promise<T>): Promise<T> {
    this.started();
    this.interrupted ??= this.arrived.then((signal) => {
      this.console.error('\nStopping ...');
      throw new Interrupted(signal);
    });
    return Promise.race([this.interrupted, work]);
  }

  /** The work has ended. */
  close(): void {
    clearTimeout(this.limit);
    for (const name of SIGNALS) this.shell.signals.off(name, this.onSignal);
    this.shell.stdout.off('error', this.onBrokenOutput);
  }

  private limitTime(): void {
    clearTimeout(this.limit);
    const limitMs = this.isStarted ? SHUTDOWN.totalMs : START_LIMIT_MS;
    this.limit = setTimeout(() => {
      this.quit('Stopping took too long: ended anyway.');
    }, limitMs).unref();
  }

  private quit(message: string): void {
    this.console.error(message);
    this.shell.exit(1);
  }
}
