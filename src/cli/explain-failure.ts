import { SettingsError } from '../config/settings-error.js';
import type { Settings } from '../config/settings.js';
import { JobStorageUnavailable } from '../jobs/job-storage.js';
import { UnfitDatabase } from '../database/unfit-database.js';
import { explainDatabase } from './explain-database.js';
import { CommandFailure, ExitCode, wrongSetting } from './failure.js';

type SystemError = NodeJS.ErrnoException & { hostname?: string };

/** Explains why the API cannot listen. */
function explainListening(
  { code, hostname }: SystemError,
  { host, port }: Settings,
): CommandFailure | undefined {
  if (code === 'EADDRINUSE') {
    return new CommandFailure(
      `Port ${port} is in use by another process: end that one, or set PORT to a free port.`,
    );
  }
  if (code === 'EACCES') return wrongSetting(`PORT ${port} needs more rights: set it to 1024 or more.`);
  if (code === 'EADDRNOTAVAIL' || hostname === host) {
    return wrongSetting(
      `HOST ${host} is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all its addresses.`,
    );
  }
  return undefined;
}

/** Explains why MongoDB cannot be used. */
function explainJobStorage({ failure, hosts, code }: JobStorageUnavailable): CommandFailure {
  switch (failure) {
    case 'unreachable':
      return new CommandFailure(
        `The MongoDB at ${hosts} cannot be reached (${code}): start it there, or correct MONGODB_URL.`,
      );
    case 'denied':
      return wrongSetting(`The MongoDB at ${hosts} refuses the user or the password: correct MONGODB_URL.`);
    case 'wrong-url':
      return wrongSetting(
        'MONGODB_URL must be a URL such as mongodb://host:27017/pollcast, with options that MongoDB knows.',
      );
  }
}

function explainSystemError(error: SystemError, settings: Settings): CommandFailure | undefined {
  const { syscall, hostname } = error;
  if (syscall === 'listen' || (hostname !== undefined && hostname === settings.host))
    return explainListening(error, settings);
  if (settings.databaseUrl !== undefined)
    return explainDatabase(error, settings.databaseUrl, settings.databaseConnections);
  return undefined;
}

/** Whether the error is due to a setting, which its message names. */
function isWrongSetting(error: unknown): error is Error {
  return error instanceof SettingsError || error instanceof UnfitDatabase;
}

/** Converts an error to one sentence and an exit code. */
export function explainFailure(
  error: unknown,
  settings: Settings | undefined,
): { message: string; exitCode: number } {
  if (isWrongSetting(error)) return { message: error.message, exitCode: ExitCode.WRONG_USAGE };
  if (error instanceof JobStorageUnavailable) return explainJobStorage(error);
  if (!(error instanceof Error)) return { message: String(error), exitCode: ExitCode.FAILED };
  const failure = error instanceof CommandFailure ? error : settings && explainSystemError(error, settings);
  if (failure) return failure;
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const message = error.message || (first instanceof Error ? first.message : error.name);
  return { message, exitCode: ExitCode.FAILED };
}
