import { performance } from 'node:perf_hooks';

/** Milliseconds since the epoch, with a fraction, from a clock that never goes back. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** The same moment as Telegram writes it: whole seconds since the epoch. */
export function toUnixSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
