import { useEffect, useEffectEvent, useRef } from 'react';
import type { Fresh } from '../api.js';

const SHORTEST_PAUSE_MS = 2000;
/** Of the time, reading may take one part in so many: what a large campaign needs long for is read less often. */
const SHARE = 10;

/**
 * Reads again after changes, but calmly. A tab in the background reads when it is looked at again.
 * @param change differs after a change
 */
export function useCalmReread({ data, error, refetch }: Fresh<unknown>, change: string): void {
  const read = useRef({ change, askedAt: performance.now(), pauseMs: SHORTEST_PAUSE_MS, isAsked: true });
  const ask = useEffectEvent(() => {
    read.current = { ...read.current, change, askedAt: performance.now(), isAsked: true };
    refetch();
  });
  useEffect(() => {
    if (data === undefined && error === undefined) return;
    const tookMs = performance.now() - read.current.askedAt;
    if (read.current.isAsked)
      read.current = {
        ...read.current,
        isAsked: false,
        pauseMs: Math.max(SHORTEST_PAUSE_MS, SHARE * tookMs),
      };
  }, [data, error]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    function plan(): void {
      clearTimeout(timer);
      const { change: seen, isAsked, askedAt, pauseMs } = read.current;
      if (document.hidden || isAsked || seen === change) return;
      timer = setTimeout(ask, Math.max(0, askedAt + pauseMs - performance.now()));
    }
    plan();
    document.addEventListener('visibilitychange', plan);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', plan);
    };
  }, [change, data, error]);
}
