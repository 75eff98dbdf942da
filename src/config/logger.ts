import { pino, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import type { Settings } from './settings.js';

/** Errors of statements carry their text and parameters, in which there are names of people: neither is logged. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  return { type: error.name, message: error.message, code, stack: error.stack };
}

/** One logger a process: easy to read in a terminal, JSON lines elsewhere. */
export function createLogger({ logLevel }: Pick<Settings, 'logLevel'>): Logger {
  const options: LoggerOptions = { level: logLevel, serializers: { err: describeError } };
  if (!process.stdout.isTTY) return pino(options);
  return pino(options, pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true }));
}
