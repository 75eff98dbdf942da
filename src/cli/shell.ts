import { Console } from 'node:console';
import type { Logger } from 'pino';
import { createLogger } from '../config/logger.js';
import { describeMisspelling, misspeltSettings } from '../config/misspelt.js';
import { requireInProduction, type Need } from '../config/production.js';
import { loadSettings, processEnvironment, type Settings } from '../config/settings.js';
import { createCommandLogger } from './command-logger.js';
import { Interruption, type Interruptible } from './interruption.js';

/** Environment of the program: a process of its own, or one that runs several, as those of the tests. */
export interface Shell extends Interruptible {
  environment: () => NodeJS.ProcessEnv;
  stdout: Output;
  stderr: NodeJS.WritableStream;
}

/** A stream that may be a terminal. */
export type Output = NodeJS.WritableStream & { isTTY?: boolean };

/** Dependencies of a command. */
export interface CommandContext {
  settings: Settings;
  logger: Logger;
  interruption: Interruption;
  output: Console;
  stderr: NodeJS.WritableStream;
}

export function processShell(): Shell {
  const { stdout, stderr } = process;
  const exit = (code: number) => process.exit(code);
  return { environment: processEnvironment, stdout, stderr, signals: process, exit };
}

/** One run of the program. */
export class Run {
  readonly output: Console;
  readonly interruption: Interruption;
  /** The settings that were read, for the explanation of failures. */
  settings: Settings | undefined;

  constructor(readonly shell: Shell) {
    this.output = new Console(shell.stdout, shell.stderr);
    this.interruption = new Interruption(shell, this.output);
  }

  /** @param needs what the command uses of the installation, which has to be set in production */
  readSettings(...needs: Need[]): Settings {
    this.settings = loadSettings(this.shell.environment());
    requireInProduction(this.settings, needs);
    return this.settings;
  }

  contextOf(...needs: Need[]): CommandContext {
    const settings = this.readSettings(...needs);
    const { stderr } = this.shell;
    const logger = this.warned(createCommandLogger(settings, stderr));
    return { settings, logger, interruption: this.interruption, output: this.output, stderr };
  }

  serverLogger(settings: Settings): Logger {
    return this.warned(createLogger(settings, this.shell.stdout));
  }

  /** Warns of misspelt settings. */
  private warned(logger: Logger): Logger {
    for (const misspelling of misspeltSettings(Object.keys(this.shell.environment())))
      logger.warn(describeMisspelling(misspelling));
    return logger;
  }
}
