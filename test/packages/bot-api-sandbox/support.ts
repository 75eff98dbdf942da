import { afterEach } from '@jest/globals';
import { type BotApiSandbox, type SandboxOptions, startBotApiSandbox } from '@pollcast/bot-api-sandbox';

const running = new Set<BotApiSandbox>();

afterEach(async () => {
  await Promise.all(Array.from(running, (sandbox) => sandbox.close()));
  running.clear();
});

/** A sandbox that is closed after the test. */
export async function startSandbox(options: SandboxOptions = {}): Promise<BotApiSandbox> {
  const sandbox = await startBotApiSandbox(options);
  running.add(sandbox);
  return sandbox;
}

/** No limit that a test would meet by accident. */
export const UNLIMITED: SandboxOptions = { messagesPerSecond: Infinity, chatMessagesPerSecond: Infinity };

export interface ApiReply {
  status: number;
  ok: boolean;
  result?: unknown;
  error_code?: number;
  description?: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number };
}

/** Calls a method as a client would, and takes the answer apart. */
export async function call(
  sandbox: BotApiSandbox,
  method: string,
  params: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<ApiReply> {
  const response = await fetch(`${sandbox.url}/bot${sandbox.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
    signal,
  });
  const body = (await response.json()) as Omit<ApiReply, 'status'>;
  return { status: response.status, ...body };
}

export function send(
  sandbox: BotApiSandbox,
  chatId: number,
  more: Record<string, unknown> = {},
): Promise<ApiReply> {
  return call(sandbox, 'sendMessage', { chat_id: chatId, text: 'Hello', ...more });
}

/** An inline keyboard of one row. */
export function keyboard(...buttons: Record<string, string>[]): Record<string, unknown> {
  return { reply_markup: { inline_keyboard: [buttons] } };
}

/** Whether a long poll is open: requests are recorded on arrival, with a status only once answered. */
export function hasOpenPoll(sandbox: BotApiSandbox): boolean {
  return sandbox.calls.some(({ method, status }) => method === 'getUpdates' && status === 0);
}
