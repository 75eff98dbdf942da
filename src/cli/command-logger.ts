import { pino, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { createLogger, type LoggerSettings } from '../config/logger.js';

const WARNING = 40;

function sentence(log: Record<string, unknown>, messageKey: string): string {
  const message = String(log[messageKey]);
  return Number(log.level) < WARNING ? message : `Warning: ${message}`;
}

/**
 * A logger for commands whose standard output is their result. It writes sentences to standard error; at LOG_LEVEL debug or
 * trace, lines like those of a server.
 */
export function createCommandLogger(
  settings: LoggerSettings,
  stderr: NodeJS.WritableStream = process.stderr,
): Logger {
  if (['debug', 'trace'].includes(settings.logLevel)) return createLogger(settings);
  const format = prettyFactory({
    ignore: 'pid,hostname,time,level',
    hideObject: true,
    messageFormat: sentence,
  });
  return pino({ level: settings.logLevel }, { write: (line) => stderr.write(format(line)) });
}
