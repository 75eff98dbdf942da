import cliProgress from 'cli-progress';

/** A progress bar on standard error, or a line every few seconds if that is not a terminal. */
export function createProgressBar(
  format: string,
  stderr: NodeJS.WritableStream = process.stderr,
): cliProgress.SingleBar {
  const options = {
    format,
    stream: stderr,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    fps: 10,
  };
  return new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
}
