import { allowManyListeners } from './linked-signal.js';

/**
 * Waits for the work until the signal is aborted. After that the work continues, and its result is ignored.
 * @throws the reason of the signal, or what the work throws
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let giveUp: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) giveUp();
    else allowManyListeners(signal).addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (giveUp) signal.removeEventListener('abort', giveUp);
    work.catch(() => undefined);
  }
}
