/** Requests for one recipient at the most; the last transient failure is final. */
export const MAX_ATTEMPTS = 5;

const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;

/**
 * How long to wait after the given number of failed attempts, in milliseconds: exponential backoff with "equal
 * jitter" (half of the delay is drawn at random), so that recipients who failed together do not come back together.
 */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.max(0, attempts - 1));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
