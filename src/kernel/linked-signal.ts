import { setMaxListeners } from 'node:events';

/** A signal that follows others until it is unlinked. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Whether the time was up before anything else. */
  timedOut(): boolean;
  /** To be called when the work is over: until then the others hold this one. */
  unlink(): void;
}

/** Many calls may follow one signal: that is no leak, as each lets go of it. */
export function allowManyListeners(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/**
 * Aborted when one of the signals is, or after `timeoutMs`. AbortSignal.any of Node 20 does not do: what it makes is held
 * for as long as a signal that lives long (nodejs/node#55351), and the timeouts in it can be collected before they fire.
 */
export function linkSignals(signals: readonly AbortSignal[], timeoutMs?: number): LinkedSignal {
  const controller = new AbortController();
  let timedOut = false;
  const abort = () => {
    controller.abort();
  };
  for (const signal of signals) {
    if (signal.aborted) abort();
    else allowManyListeners(signal).addEventListener('abort', abort, { once: true });
  }
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = !controller.signal.aborted;
          abort();
        }, timeoutMs).unref();
  return {
    signal: allowManyListeners(controller.signal),
    timedOut: () => timedOut,
    unlink: () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', abort);
    },
  };
}
