import { pino, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import { logFields } from './log-context.js';
import { createRedaction, type SecretSettings } from './secrets.js';
import type { Settings } from './settings.js';

export type LoggerSettings = Pick<Settings, 'logLevel'> & SecretSettings;

/** Errors of statements carry their text and parameters, in which there are names of people: neither is logged. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  return { type: error.name, message: error.message, code, stack: error.stack };
}

/** Headers that let somebody in, wherever an object with headers is logged. */
const CREDENTIALS = ['authorization', 'cookie', '["set-cookie"]'].flatMap((header) =>
  ['', '*.', '*.*.'].map((path) => (path + header).replace('.[', '[')),
);

/** One logger a process: easy to read in a terminal, JSON lines elsewhere. No secret of the settings leaves by it. */
export function createLogger(settings: LoggerSettings): Logger {
  const options: LoggerOptions = {
    level: settings.logLevel,
    serializers: { err: describeError },
    // A copy, since pino writes what else is logged into it.
    mixin: () => ({ ...logFields() }),
    redact: { paths: CREDENTIALS, censor: '[secret]' },
    hooks: { streamWrite: createRedaction(settings) },
  };
  if (!process.stdout.isTTY) return pino(options);
  return pino(options, pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true }));
}
