import { useEffect, useEffectEvent } from 'react';

/** Does something every so often while the tab is seen, and at once when it is seen again. */
export function useEveryWhileSeen(periodMs: number, action: () => void): void {
  const act = useEffectEvent(action);
  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | undefined;
    function begin(): void {
      timer = setInterval(act, periodMs);
    }
    function follow(): void {
      clearInterval(timer);
      if (document.hidden) return;
      act();
      begin();
    }
    if (!document.hidden) begin();
    document.addEventListener('visibilitychange', follow);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', follow);
    };
  }, [periodMs]);
}
