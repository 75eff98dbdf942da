import { describe, expect, test } from '@jest/globals';
import type { BotApiSandbox } from '@pollcast/bot-api-sandbox';
import { call, send, startSandbox } from './support.js';

function mostInOneSecond(times: readonly number[]): number {
  const counts = times.map((from) => times.filter((time) => time >= from && time < from + 1000).length);
  return Math.max(0, ...counts);
}

/** Sends one message to each of the chats, again and again until it is accepted. */
async function sendToAll(sandbox: BotApiSandbox, chats: number): Promise<void> {
  const insist = async (chatId: number): Promise<void> => {
    while (!(await send(sandbox, chatId)).ok);
  };
  await Promise.all(Array.from({ length: chats }, (_, index) => insist(index + 1)));
}

describe('limits', () => {
  test('of a burst of 60, no more than 30 get through, and the rest are told to wait', async () => {
    const sandbox = await startSandbox();
    const replies = await Promise.all(Array.from({ length: 60 }, (_, index) => send(sandbox, index + 1)));
    const refused = replies.filter(({ ok }) => !ok);

    expect(mostInOneSecond(sandbox.messages.map(({ sentAt }) => sentAt))).toBeLessThanOrEqual(30);
    expect(sandbox.messages).toHaveLength(60 - refused.length);
    expect(sandbox.throttled).toBe(refused.length);
    expect(refused.length).toBeGreaterThan(0);
    for (const reply of refused) {
      expect(reply).toEqual({
        status: 429,
        ok: false,
        error_code: 429,
        description: 'Too Many Requests: retry after 1',
        parameters: { retry_after: 1 },
      });
    }
  });

  test('never more than 30 in any second, whatever a client tries, and none while the bot has to wait', async () => {
    const sandbox = await startSandbox();
    await sendToAll(sandbox, 65);

    const accepted = sandbox.messages.map(({ sentAt }) => sentAt);
    expect(accepted).toHaveLength(65);
    expect(mostInOneSecond(accepted)).toBeLessThanOrEqual(30);
    const firstRefusal = sandbox.calls.find(({ status }) => status === 429)?.receivedAt ?? 0;
    const duringTheWait = accepted.filter((time) => time > firstRefusal && time < firstRefusal + 1000);
    expect(duringTheWait).toEqual([]);
  });

  test('other methods are answered while the bot has to wait', async () => {
    const sandbox = await startSandbox({ messagesPerSecond: 1 });
    await send(sandbox, 1);
    expect(await send(sandbox, 2)).toMatchObject({ status: 429 });
    expect(await call(sandbox, 'getMe')).toMatchObject({ status: 200 });
  });

  test('a chat takes a short burst, then it is told to wait; other chats are not touched', async () => {
    const sandbox = await startSandbox({ chatMessagesPerSecond: 0.1 });
    const statuses = [];
    for (let message = 0; message < 5; message++) statuses.push((await send(sandbox, 7)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(await send(sandbox, 7)).toMatchObject({ parameters: { retry_after: 10 } });
    expect(await send(sandbox, 8)).toMatchObject({ status: 200 });
  });

  test('after its burst a chat takes one message a second', async () => {
    const sandbox = await startSandbox();
    while (sandbox.messagesTo(7).length < 3) await send(sandbox, 7);
    while (!(await send(sandbox, 7)).ok);
    const [first, , , fourth] = sandbox.messagesTo(7);
    expect((fourth?.sentAt ?? 0) - (first?.sentAt ?? 0)).toBeGreaterThanOrEqual(999);
  });

  test('paid messages have a limit of their own', async () => {
    const sandbox = await startSandbox({ messagesPerSecond: 2, paidMessagesPerSecond: 5 });
    const chats = [1, 2, 3, 4, 5, 6];
    const replies = await Promise.all(
      chats.map((chat) => send(sandbox, chat, { allow_paid_broadcast: true })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test('refused messages use nothing up', async () => {
    const sandbox = await startSandbox({ messagesPerSecond: 1 });
    for (let attempt = 0; attempt < 3; attempt++) await send(sandbox, 7, { text: '' });
    expect(await send(sandbox, 7)).toMatchObject({ status: 200 });
  });
});

test('edits count as messages of the bot, and not for the chat', async () => {
  const sandbox = await startSandbox({ messagesPerSecond: 4, chatBurst: 1, chatMessagesPerSecond: 0.1 });
  const { result } = await send(sandbox, 1);
  const message = { chat_id: 1, message_id: (result as { message_id: number }).message_id };
  const statuses = [];
  for (const text of ['a', 'b', 'c', 'd'])
    statuses.push((await call(sandbox, 'editMessageText', { ...message, text })).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});
