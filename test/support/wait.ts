import { setTimeout as sleep } from 'node:timers/promises';

/** So long that a slow machine is no reason to fail, and shorter than a test, so that the error names what did not come. */
const TIMEOUT_MS = 240_000;
/** A tenth of the time that it has waited: a long wait ends a little later, and does not keep a core busy with asking. */
const pauseMs = (waitedMs: number) => Math.min(Math.max(20, waitedMs / 10), 250);

/** Polls until the condition gives a value that is not undefined, null or false. */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > TIMEOUT_MS) throw new Error(`Waited ${TIMEOUT_MS} ms in vain for ${what}.`);
    await sleep(pauseMs(waitedMs));
  }
}
