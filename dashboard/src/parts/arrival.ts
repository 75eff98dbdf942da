import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import { useLocation } from 'wouter';

/** What the router, or the browser for "back", tells of a change of the address. */
const CHANGES = ['pushState', 'replaceState', 'popstate'] as const;

/**
 * Begins a page that a link leads to at its top, and the keyboard with it; "back" leads to where its reader was.
 * @returns path of the page
 */
export function useArrival(main: RefObject<HTMLElement | null>): string {
  const [path] = useLocation();
  const shown = useRef(path);
  const isBack = useRef(false);
  useEffect(() => {
    function note({ type }: Event): void {
      isBack.current = type === 'popstate';
    }
    for (const change of CHANGES) addEventListener(change, note);
    return () => {
      for (const change of CHANGES) removeEventListener(change, note);
    };
  }, []);
  useLayoutEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    if (!isBack.current) scrollTo(0, 0);
    // The link that was pressed is gone, or hidden until the next page is loaded.
    const focused = document.activeElement;
    if (focused === document.body || focused?.checkVisibility() === false)
      main.current?.focus({ preventScroll: true });
  }, [path, main]);
  return path;
}
