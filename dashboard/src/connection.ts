import { createClient, type Client } from 'graphql-ws';
import { useSyncExternalStore } from 'react';
import { currentToken, signOut } from './session.js';

/** How long the API may take to answer a ping before the connection counts as lost, e.g. after the machine slept. */
const PONG_WITHIN_MS = 5000;
const PING_EVERY_MS = 10_000;
const LONGEST_WAIT_MS = 3000;
/** What the API closes a WebSocket with when its token is refused. */
const REFUSED_CODES = [4401, 4403];

export interface Connection {
  /** False from the loss of a connection until there is another one. */
  live: boolean;
  /** Rises with each connection: what was read before may be out of date. */
  generation: number;
}

let state: Connection = { live: true, generation: 0 };
const listeners = new Set<() => void>();

function become(next: Connection): void {
  state = next;
  for (const listener of listeners) listener();
}

/** Whether something may have happened that no WebSocket told. */
let isMissed = false;

/** The server has ended what it told. */
export function eventsEnded(): void {
  isMissed = true;
}

export function connectionLost(): void {
  isMissed = true;
  if (state.live) become({ ...state, live: false });
}

/** An answer over HTTP is a sign of life, too. */
export function connectionWorks(): void {
  if (!state.live) become({ live: true, generation: state.generation + 1 });
}

/** What was read before is out of date even if there were answers over HTTP since the loss. */
function socketConnected(): void {
  if (isMissed) become({ live: true, generation: state.generation + 1 });
  isMissed = false;
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

export function createSockets(): Client {
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: () => ({ authorization: `Bearer ${currentToken() ?? ''}` }),
    keepAlive: PING_EVERY_MS,
    retryAttempts: Infinity,
    shouldRetry: () => currentToken() !== null,
    retryWait: (retries) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 250 * 2 ** retries))),
    on: {
      connected: socketConnected,
      closed: (event) => {
        clearTimeout(pongTimer);
        const { code } = event as { code?: number };
        if (REFUSED_CODES.includes(code ?? 0)) signOut();
        // Closed by the client itself since nothing is subscribed to.
        else if (code !== 1000) connectionLost();
      },
      ping: (received) => {
        if (received) return;
        pongTimer = setTimeout(() => {
          client.terminate();
        }, PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
    },
  });
  return client;
}
