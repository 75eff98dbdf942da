import { pino, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import { logFields } from './log-context.js';
import { createRedaction } from './secrets.js';
import type { Settings } from './settings.js';

export type LoggerSettings = Pick<Settings, 'logLevel'> & Partial<Settings>;

/** Errors of statements carry SQL and parameters, which may contain names of users. Neither is logged. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  return { type: error.name, message: error.message, code, stack: error.stack };
}

/** Credential headers, wherever an object with headers is logged. */
const CREDENTIALS = ['authorization', 'cookie', '["set-cookie"]'].flatMap((header) =>
  ['', '*.', '*.*.'].map((path) => (path + header).replace('.[', '[')),
);

/** Creates the logger of a program: readable in a terminal, JSON lines elsewhere. It redacts all secrets of the settings. */
export function createLogger(
  settings: LoggerSettings,
  stdout: NodeJS.WritableStream = process.stdout,
): Logger {
  const options: LoggerOptions = {
    level: settings.logLevel,
    serializers: { err: describeError },
    // A copy, since pino adds other fields to it.
    mixin: () => ({ ...logFields() }),
    redact: { paths: CREDENTIALS, censor: '[secret]' },
    hooks: { streamWrite: createRedaction(settings) },
  };
  if (stdout !== process.stdout) return pino(options, stdout);
  // Pino writes to the descriptor itself: at once, also when the process ends.
  if (!process.stdout.isTTY) return pino(options);
  return pino(options, pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true }));
}
