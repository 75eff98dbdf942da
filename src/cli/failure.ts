/** Exit codes of all commands. A command that a signal ended exits with 128 plus the signal's number. */
export enum ExitCode {
  DONE = 0,
  FAILED = 1,
  /** A setting, an option or an argument has to be corrected. */
  WRONG_USAGE = 2,
}

/** A command failed. The message says why, and what would help. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    message: string,
    readonly exitCode: ExitCode = ExitCode.FAILED,
  ) {
    super(message);
  }
}

export function wrongSetting(message: string): CommandFailure {
  return new CommandFailure(message, ExitCode.WRONG_USAGE);
}
