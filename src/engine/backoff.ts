const BASE_DELAY_MS = 2000;
const MAX_DELAY_MS = 30_000;

/**
 * How long to wait after the given number of failed attempts, in milliseconds: exponential backoff with "equal
 * jitter" (half of the delay is drawn at random), so that those who failed together do not come back together.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.max(0, attempts - 1));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
