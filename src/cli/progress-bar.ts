import cliProgress from 'cli-progress';

/** A progress bar on standard error; where that is no terminal, a line every few seconds. */
export function createProgressBar(format: string): cliProgress.SingleBar {
  return new cliProgress.SingleBar(
    { format, hideCursor: true, noTTYOutput: true, notTTYSchedule: 5000, stopOnComplete: false, fps: 10 },
    cliProgress.Presets.shades_classic,
  );
}
