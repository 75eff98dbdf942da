import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

const KEPT = 'pollcast.loaded-again';
const TRY_AGAIN_MS = 2000;
/** Between two versions of the API that are served in turns, the page is loaded again only so often. */
const SHORTEST_INTERVAL_MS = 10_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function isServed(): Promise<boolean> {
  try {
    return (await fetch(location.href, { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

/** Loads the page again as soon as there is a server to load it from. */
async function loadAgain(): Promise<never> {
  const lastAt = Number(sessionStorage.getItem(KEPT));
  await pause(Math.max(0, lastAt + SHORTEST_INTERVAL_MS - Date.now()));
  while (!(await isServed())) await pause(TRY_AGAIN_MS);
  sessionStorage.setItem(KEPT, String(Date.now()));
  location.reload();
  return new Promise(() => undefined);
}

/**
 * A part of the dashboard that is loaded when it is needed. Where that fails, the server is away or has been upgraded, and
 * has other files by now: the page that it serves then names them.
 */
export function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  return load().catch(loadAgain);
}

export function lazyPart<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(() => loadPart(load));
}
