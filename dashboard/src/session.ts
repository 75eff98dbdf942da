const KEPT = 'pollcast.token';
const CHANNEL = 'pollcast.session';
/** Begins the names of what somebody is writing in this tab. */
export const KEPT_PREFIX = 'pollcast.draft.';
/** Tabs of the same browser answer within milliseconds. */
const OTHER_TABS_ANSWER_MS = 250;

type Message = { kind: 'ask' } | { kind: 'token'; token: string } | { kind: 'signed-out'; token: string };

const listeners = new Set<() => void>();
let channel: BroadcastChannel | undefined;

/** Token of this tab; session storage ends with it. */
export function currentToken(): string | null {
  return sessionStorage.getItem(KEPT);
}

export function watchToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}

export function signIn(token: string): void {
  sessionStorage.setItem(KEPT, token);
  tell();
}

export function forget(key: string): void {
  sessionStorage.removeItem(key);
}

/** What was being written is not for who signs in next. */
function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEPT_PREFIX)) forget(key);
}

/** Forgets the token here; by the user's wish in all tabs that have the same one. */
export function signOut({ everywhere = false } = {}): void {
  const token = currentToken();
  forget(KEPT);
  if (everywhere) forgetDrafts();
  if (everywhere && token !== null) send({ kind: 'signed-out', token });
  tell();
}

function send(message: Message): void {
  channel?.postMessage(message);
}

/** Hands the token to tabs that open later, and takes one from tabs that have it. */
function listenToTabs(): void {
  channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    const token = currentToken();
    if (data.kind === 'ask' && token !== null) send({ kind: 'token', token });
    if (data.kind === 'token' && token === null) signIn(data.token);
    if (data.kind === 'signed-out' && data.token === token) {
      forgetDrafts();
      signOut();
    }
  });
}

function askOtherTabs(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, OTHER_TABS_ANSWER_MS);
    const stop = watchToken(end);
    function end(): void {
      clearTimeout(timer);
      stop();
      resolve();
    }
    send({ kind: 'ask' });
  });
}

/** Why a sign-in link did not sign in. */
export interface SignInProblem {
  message: string;
  /** Whether it has been used, or is too old. */
  isUsed: boolean;
}

/** The code of a sign-in link is in the fragment, which browsers send to nobody; it is good once. */
async function exchangeCode(): Promise<SignInProblem | undefined> {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code === null) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  const answer = (await response.json()) as {
    token?: string;
    errors?: { message: string; extensions?: { code: string } }[];
  };
  if (answer.token !== undefined) signIn(answer.token);
  const error = answer.errors?.[0];
  return error && { message: error.message, isUsed: error.extensions?.code === 'SIGN_IN_LINK_INVALID' };
}

/**
 * Finds out who is signed in, before the first page.
 * @returns why a sign-in link did not sign in
 */
export async function beginSession(): Promise<SignInProblem | undefined> {
  listenToTabs();
  const problem = await exchangeCode().catch((error: unknown) => ({ message: String(error), isUsed: false }));
  if (currentToken() === null) await askOtherTabs();
  return currentToken() === null ? problem : undefined;
}
