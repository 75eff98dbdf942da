import { beforeAll, describe, expect, test } from '@jest/globals';
import { References, type Reference } from '../../src/questionnaire/reference.js';
import { webhookSecret } from '../../src/telegram/webhook-door.js';
import { freePort } from '../support/port.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';

const app = useApp({ run: [] });
let port: number;
let url: string;
let worker: PollcastProcess;
let secret = '';
let references: References;

/** A worker that is delivered to on its own port. */
async function startWorker(environment: Record<string, string>): Promise<PollcastProcess> {
  const running = await app.startWorker({ WORKER_PORT: String(port), ...environment });
  await waitForOutput(running, /health and metrics at/);
  return running;
}

beforeAll(async () => {
  port = await freePort();
  url = `http://127.0.0.1:${port}/telegram`;
  worker = await startWorker({ WEBHOOK_URL: url });
  const [stored] = await app.database.query<{ key: Buffer }>('SELECT key FROM signing_key');
  const key = stored?.key ?? Buffer.of();
  references = new References(key);
  secret = webhookSecret(key, app.sandbox.token.split(':')[0] ?? '');
  await waitFor('the webhook', () => app.sandbox.calls.some(({ method }) => method === 'setWebhook'));
});

async function deliver(update: unknown, token: string | undefined = secret, address = url): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': token };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(update) });
  const text = await response.text();
  expect(text).not.toContain(secret);
  return response.status;
}

let updates = 900_000;
/** Ids of earlier updates are lower. */
function says(user: number, text: string, update_id = (updates += 1)): object {
  const from = { id: user, is_bot: false, first_name: 'Ada' };
  const message = { message_id: update_id, date: update_id, from, chat: { id: user, type: 'private' }, text };
  return { update_id, message };
}

/** Somebody presses a button of a message that the bot has sent. */
function presses(user: number, target: Reference): object {
  const update_id = (updates += 1);
  const from = { id: user, is_bot: false, first_name: 'Ada' };
  const message = { message_id: 1, date: update_id, chat: { id: user, type: 'private' } };
  const data = references.write(String(user), target);
  return { update_id, callback_query: { id: String(update_id), from, message, chat_instance: '1', data } };
}

async function optedOut(user: number): Promise<boolean | undefined> {
  const [person] = await app.database.query<{ out: boolean }>(
    'SELECT opted_out_at IS NOT NULL AS out FROM telegram_user WHERE id = $1',
    [user],
  );
  return person?.out;
}

describe('with WEBHOOK_URL', () => {
  test('Telegram delivers, with a secret that the program has set, and is not asked', async () => {
    app.sandbox.userSays(8_000_001, '/start');
    await app.sandbox.waitUntil(() => app.sandbox.messagesTo(8_000_001).length > 0);
    expect(app.sandbox.calls.map(({ method }) => method)).not.toContain('getUpdates');
    expect(await optedOut(8_000_001)).toBe(false);
  });

  test.each(['', 'wrong', 'x'.repeat(43)])(
    'the secret "%s" is refused and changes nothing',
    async (wrong) => {
      expect(await deliver(says(8_000_002, '/start'), wrong)).toBe(401);
      expect((await fetch(url, { method: 'POST', body: '{' })).status).toBe(401);
      expect(await optedOut(8_000_002)).toBeUndefined();
      expect(app.sandbox.messagesTo(8_000_002)).toEqual([]);
    },
  );

  test.each([null, [], 'text', { message: {} }, { update_id: '1' }])('%j is no update', async (body) => {
    expect(await deliver(body)).toBe(400);
  });

  test('an update that is delivered again, or after later ones, undoes nothing', async () => {
    const stop = says(8_000_003, '/stop');
    expect(await deliver(stop)).toBe(200);
    expect(await optedOut(8_000_003)).toBe(true);
    const late = says(8_000_003, 'a word');
    expect(await deliver(says(8_000_003, '/start'))).toBe(200);
    expect(await deliver(stop)).toBe(200);
    expect(await deliver(late)).toBe(200);
    expect(await optedOut(8_000_003)).toBe(false);
  });

  test('of /stop and /start the one that was written last counts, whichever comes last', async () => {
    const stop = says(8_000_007, '/stop');
    expect(await deliver(says(8_000_007, '/start'))).toBe(200);
    expect(await deliver(stop)).toBe(200);
    expect(await optedOut(8_000_007)).toBe(false);
    const again = says(8_000_008, '/stop');
    expect(await deliver(again)).toBe(200);
    expect(await deliver(says(8_000_008, '/start'))).toBe(200);
    // Another process has only what is in the database. This one goes on: nothing is written because it ends.
    const otherPort = await freePort();
    const other = await startWorker({ WEBHOOK_URL: url, WORKER_PORT: String(otherPort) });
    const otherUrl = `http://127.0.0.1:${otherPort}/telegram`;
    await waitFor('the process to take it', async () => (await deliver(again, secret, otherUrl)) === 200);
    expect(await optedOut(8_000_008)).toBe(false);
    other.kill('SIGTERM');
    expect(await other.exited).toBe(0);
    // After two days numbers say nothing: Telegram may have started afresh.
    await app.database.query(`UPDATE heard_wish SET heard_at = now() - interval '49 hours'`);
    expect(await deliver(says(8_000_008, '/stop', 7))).toBe(200);
    expect(await optedOut(8_000_008)).toBe(true);
  });

  test('of a block and an unblock the last one counts', async () => {
    const member = (status: string) => {
      const update_id = (updates += 1);
      const from = { id: 8_000_010, is_bot: false, first_name: 'Ada' };
      const chat = { id: from.id, type: 'private' };
      return { update_id, my_chat_member: { chat, from, date: update_id, new_chat_member: { status } } };
    };
    expect(await deliver(member('kicked'))).toBe(200);
    expect(await deliver(says(8_000_010, '/stop'))).toBe(200);
    const status = () => app.database.query('SELECT status FROM telegram_user WHERE id = 8000010');
    const [block, unblock] = [member('kicked'), member('member')];
    expect([await deliver(unblock), await deliver(block)]).toEqual([200, 200]);
    expect(await status()).toEqual([{ status: 'ACTIVE' }]);
    const early = says(8_000_010, '/help');
    const press = presses(8_000_010, { kind: 'decline', pollId: '1', campaignId: null });
    expect(await deliver(member('kicked'))).toBe(200);
    expect(await status()).toEqual([{ status: 'BLOCKED' }]);
    expect(await optedOut(8_000_010)).toBe(true);
    // What was written or pressed before the block, and comes again, does not undo it; what comes after it does.
    expect([await deliver(early), await deliver(press)]).toEqual([200, 200]);
    expect(await status()).toEqual([{ status: 'BLOCKED' }]);
    expect(await deliver(says(8_000_010, 'Hello'))).toBe(200);
    expect(await status()).toEqual([{ status: 'ACTIVE' }]);
  });

  test('of presses below a reminder the last one counts as well, and an overtaken one is told so', async () => {
    const [poll] = await app.database.query<{ id: string }>(
      `INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN') RETURNING id`,
    );
    const pollId = poll?.id ?? '';
    const minute = Math.floor(Date.now() / 60_000) + 600;
    const [decline, later, accept] = (
      [
        { kind: 'decline', pollId },
        { kind: 'later', pollId, minute },
        { kind: 'accept', pollId },
      ] as const
    ).map((target) => presses(8_000_009, { ...target, campaignId: null }));
    const wished = () =>
      app.database.query<{ declined: boolean; pending: boolean }>(
        `SELECT EXISTS (SELECT FROM declined_poll WHERE user_id = $1) AS declined,
           EXISTS (SELECT FROM later_reminder WHERE user_id = $1 AND status = 'PENDING') AS pending`,
        [8_000_009],
      );
    expect([await deliver(later), await deliver(decline)]).toEqual([200, 200]);
    expect(await wished()).toEqual([{ declined: false, pending: true }]);
    expect([
      await deliver(accept),
      await deliver(presses(8_000_009, { kind: 'decline', pollId, campaignId: null })),
    ]).toEqual([200, 200]);
    expect(await wished()).toEqual([{ declined: true, pending: false }]);
    const rows = await app.database.query(
      'SELECT poll_id, update_id FROM heard_wish WHERE user_id = $1',
      [8_000_009],
    );
    expect(rows).toEqual([{ poll_id: pollId, update_id: String(updates) }]);
  });

  test('an update whose effect is not in the database is not confirmed', async () => {
    const start = says(8_000_004, '/start');
    await app.database.query('ALTER TABLE telegram_user RENAME TO telegram_user_away');
    try {
      expect(await deliver(start)).toBe(503);
    } finally {
      await app.database.query('ALTER TABLE telegram_user_away RENAME TO telegram_user');
    }
    expect(await optedOut(8_000_004)).toBeUndefined();
    expect(await deliver(start)).toBe(200);
    expect(await optedOut(8_000_004)).toBe(false);
  });
});

/** A chat that has to rest for a while before the bot may write to it. */
async function rests(user: number): Promise<void> {
  await app.database.query(
    `INSERT INTO chat_pacing (chat_id, next_at) VALUES ($1, clock_timestamp() + interval '1500 milliseconds')`,
    [user],
  );
}

test('a process that is told to end replies to what it has taken, and takes no more', async () => {
  const [waiting, handled] = [8_000_011, 8_000_012];
  await rests(waiting);
  expect(await deliver(says(waiting, '/help'))).toBe(200);
  // Its handler waits for the table.
  await app.database.query('BEGIN');
  await app.database.query('LOCK TABLE telegram_user IN ACCESS EXCLUSIVE MODE');
  const delivered = deliver(says(handled, '/help'));
  const waits = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'telegram_user'::regclass`;
  await waitFor('the handler', async () => (await app.database.query(waits)).length > 0);
  worker.kill('SIGTERM');
  await waitFor('the door to be shut', async () => (await deliver({ update_id: (updates += 1) })) === 503);
  await app.database.query('COMMIT');
  expect(await delivered).toBe(200);
  expect(await worker.exited).toBe(0);
  for (const user of [waiting, handled]) expect(app.sandbox.messagesTo(user)).toHaveLength(1);
});

test('without WEBHOOK_URL the webhook stays until the bot asks', async () => {
  const before = app.sandbox.calls.length;
  expect(app.sandbox.calls.map(({ method }) => method)).not.toContain('deleteWebhook');
  await startWorker({});
  app.sandbox.userSays(8_000_005, '/start');
  await app.sandbox.waitUntil(() => app.sandbox.messagesTo(8_000_005).length > 0);
  const asked = app.sandbox.calls
    .slice(before)
    .map(({ method }) => method)
    .filter((method) => ['deleteWebhook', 'getUpdates', 'setWebhook'].includes(method));
  expect(asked.slice(0, 2)).toEqual(['deleteWebhook', 'getUpdates']);
});

test('a process that asks for updates and is told to end replies as well, and confirms what it has read', async () => {
  const [waiting, handled] = [8_000_013, 8_000_014];
  await rests(waiting);
  app.sandbox.userSays(waiting, '/help');
  const isKnown = async () => (await optedOut(waiting)) !== undefined;
  await waitFor('the update', isKnown);
  await app.database.query('BEGIN');
  await app.database.query('LOCK TABLE telegram_user IN ACCESS EXCLUSIVE MODE');
  app.sandbox.userSays(handled, '/help');
  const waits = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'telegram_user'::regclass`;
  await waitFor('the handler', async () => (await app.database.query(waits)).length > 0);
  const [polling] = app.processes.slice(-1) as [PollcastProcess];
  polling.kill('SIGTERM');
  await waitForOutput(polling, /received SIGTERM/);
  await app.database.query('COMMIT');
  expect(await polling.exited).toBe(0);
  for (const user of [waiting, handled]) expect(app.sandbox.messagesTo(user)).toHaveLength(1);
  // Otherwise the next process would reply again.
  const sandbox = await fetch(`${app.sandbox.url}/sandbox`);
  expect(await sandbox.json()).toMatchObject({ pendingUpdates: 0 });
});

test('a process that serves the API and runs the bot is delivered to at its API', async () => {
  const apiPort = await freePort();
  const webhook = `http://127.0.0.1:${apiPort}/telegram`;
  await Promise.all(
    app.processes.map((running) => {
      running.kill('SIGTERM');
      return running.exited;
    }),
  );
  await app.startApi('start', { PORT: String(apiPort), WEBHOOK_URL: webhook });
  expect((await fetch(webhook, { method: 'POST', body: '{}' })).status).toBe(401);
  await app.sandbox.waitUntil(
    () => app.sandbox.calls.filter(({ method, accepted }) => method === 'setWebhook' && accepted).length > 1,
  );
  app.sandbox.userSays(8_000_006, '/start');
  await app.sandbox.waitUntil(() => app.sandbox.messagesTo(8_000_006).length > 0);
});
