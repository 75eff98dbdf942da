import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Update } from '@pollcast/bot-api-sandbox';
import { call, hasOpenPoll, keyboard, send, startSandbox } from './support.js';

function texts(updates: unknown): (string | undefined)[] {
  return (updates as Update[]).map(({ message }) => message?.text);
}

describe('long polling', () => {
  test('is answered when the user speaks, and not before', async () => {
    const sandbox = await startSandbox();
    let answered = false;
    const poll = call(sandbox, 'getUpdates', { timeout: 30 }).finally(() => (answered = true));
    await sandbox.waitUntil(() => hasOpenPoll(sandbox));
    await call(sandbox, 'getMe');
    expect(answered).toBe(false);

    const said = sandbox.userSays({ id: 7, first_name: 'Ann', username: 'ann' }, '/start abc');
    const { result } = await poll;
    expect(result).toEqual([said]);
    expect(said.message).toMatchObject({
      from: { id: 7, is_bot: false, first_name: 'Ann', username: 'ann' },
      chat: { id: 7, type: 'private', first_name: 'Ann' },
      text: '/start abc',
      entities: [{ type: 'bot_command', offset: 0, length: 6 }],
    });
  });

  test('ends with nothing after its timeout', async () => {
    const sandbox = await startSandbox();
    const start = performance.now();
    expect((await call(sandbox, 'getUpdates', { timeout: 1 })).result).toEqual([]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(999);
    expect((await call(sandbox, 'getUpdates')).result).toEqual([]);
  });

  test('a second request ends the first with 409', async () => {
    const sandbox = await startSandbox();
    const first = call(sandbox, 'getUpdates', { timeout: 30 });
    await sandbox.waitUntil(() => hasOpenPoll(sandbox));
    const second = call(sandbox, 'getUpdates', { timeout: 30 });

    expect(await first).toMatchObject({
      status: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    });
    sandbox.userSays(7, 'Hello');
    expect(texts((await second).result)).toEqual(['Hello']);
  });

  test('an offset confirms what is below it; the rest comes again', async () => {
    const sandbox = await startSandbox();
    const [one, two] = [sandbox.userSays(7, 'one'), sandbox.userSays(7, 'two'), sandbox.userSays(7, 'three')];

    expect(texts((await call(sandbox, 'getUpdates', { limit: 2 })).result)).toEqual(['one', 'two']);
    expect(texts((await call(sandbox, 'getUpdates', { offset: two.update_id })).result)).toEqual([
      'two',
      'three',
    ]);
    expect(texts((await call(sandbox, 'getUpdates', { offset: one.update_id })).result)).toEqual([
      'two',
      'three',
    ]);
    expect(texts((await call(sandbox, 'getUpdates', { offset: -1 })).result)).toEqual(['three']);
    expect(texts((await call(sandbox, 'getUpdates')).result)).toEqual(['three']);
  });

  test('gives only the kinds allowed', async () => {
    const sandbox = await startSandbox();
    await call(sandbox, 'getUpdates', { allowed_updates: ['callback_query'] });
    await send(sandbox, 7, keyboard({ text: 'Yes', callback_data: 'yes' }));
    sandbox.userSays(7, 'Hello');
    sandbox.press(7, { text: 'Yes' });
    expect((await call(sandbox, 'getUpdates')).result).toMatchObject([{ callback_query: { data: 'yes' } }]);
  });

  test('a client that has gone takes no updates with it', async () => {
    const sandbox = await startSandbox();
    const leaving = new AbortController();
    const poll = call(sandbox, 'getUpdates', { timeout: 30 }, leaving.signal);
    await sandbox.waitUntil(() => hasOpenPoll(sandbox));
    leaving.abort();
    await expect(poll).rejects.toThrow();
    await sandbox.waitUntil(() => !hasOpenPoll(sandbox));
    sandbox.userSays(7, 'Hello');
    expect(texts((await call(sandbox, 'getUpdates')).result)).toEqual(['Hello']);
  });

  test('is cut at once when the sandbox closes', async () => {
    const sandbox = await startSandbox();
    const poll = call(sandbox, 'getUpdates', { timeout: 30 });
    await sandbox.waitUntil(() => hasOpenPoll(sandbox));
    await Promise.all([sandbox.close(), poll.catch(() => undefined)]);
    await expect(call(sandbox, 'getMe')).rejects.toThrow();
  });
});

describe('webhook', () => {
  const servers: ReturnType<typeof createServer>[] = [];

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** A bot's server that answers with the statuses given, then with 200. */
  async function startReceiver(...statuses: number[]) {
    const received: { update: Update; secret: unknown }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const update = JSON.parse(Buffer.concat(chunks).toString()) as Update;
        received.push({ update, secret: request.headers['x-telegram-bot-api-secret-token'] });
        response.writeHead(statuses.shift() ?? 200).end();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
  }

  /** Asks until the webhook has nothing left to deliver. */
  async function allDelivered(sandbox: Awaited<ReturnType<typeof startSandbox>>): Promise<void> {
    for (;;) {
      const { result } = await call(sandbox, 'getWebhookInfo');
      if ((result as { pending_update_count: number }).pending_update_count === 0) return;
    }
  }

  test('updates are posted in their order, with the secret, and again after a failure', async () => {
    const sandbox = await startSandbox();
    const { url, received } = await startReceiver(500);
    const early = sandbox.userSays(7, 'early');
    expect(await call(sandbox, 'setWebhook', { url, secret_token: 'abc_1' })).toMatchObject({ result: true });
    const late = sandbox.userSays(7, 'late');
    await allDelivered(sandbox);

    expect(received).toEqual([early, early, late].map((update) => ({ update, secret: 'abc_1' })));
    expect((await call(sandbox, 'getWebhookInfo')).result).toMatchObject({
      url,
      last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
    });
  });

  test('excludes polling until it is deleted', async () => {
    const sandbox = await startSandbox();
    const { url, received } = await startReceiver();
    const poll = call(sandbox, 'getUpdates', { timeout: 30 });
    await sandbox.waitUntil(() => hasOpenPoll(sandbox));
    await call(sandbox, 'setWebhook', { url });

    expect(await poll).toMatchObject({
      status: 409,
      description: 'Conflict: terminated by setWebhook request',
    });
    expect(await call(sandbox, 'getUpdates')).toMatchObject({
      status: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    });
    await call(sandbox, 'deleteWebhook');
    sandbox.userSays(7, 'Hello');
    expect(texts((await call(sandbox, 'getUpdates')).result)).toEqual(['Hello']);
    expect(received).toEqual([]);
  });

  test('pending updates can be dropped', async () => {
    const sandbox = await startSandbox();
    sandbox.userSays(7, 'Hello');
    await call(sandbox, 'deleteWebhook', { drop_pending_updates: true });
    expect((await call(sandbox, 'getUpdates')).result).toEqual([]);
  });

  test.each([
    [{ url: 'example' }, 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook'],
    [
      { url: 'https://example.org', secret_token: 'a b' },
      'Bad Request: secret token contains unallowed characters',
    ],
  ])('refuses %j', async (params, description) => {
    const sandbox = await startSandbox();
    expect(await call(sandbox, 'setWebhook', params)).toMatchObject({ status: 400, description });
  });
});
