import { setTimeout as sleep } from 'node:timers/promises';

/** So long that a slow machine is no reason to fail, and shorter than a test, so that the error names what did not come. */
const TIMEOUT_MS = 240_000;
const PAUSE_MS = 20;

/** Polls until the condition gives a value that is not undefined, null or false. */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${TIMEOUT_MS} ms in vain for ${what}.`);
    await sleep(PAUSE_MS);
  }
}
