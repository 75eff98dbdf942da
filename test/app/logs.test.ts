import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws/client';
import WebSocket from 'ws';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { change } from '../campaigns/operations.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { graphql } from '../../src/cli/graphql.js';
import { useApp } from '../support/use-app.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import type { PollcastProcess } from '../support/process.js';
import { socketUrl } from '../support/requests.js';
import { waitFor } from '../support/wait.js';

type Line = Record<string, unknown>;

const app = useApp({ environment: { LOG_LEVEL: 'trace', MESSAGES_PER_SECOND: '100' } });

const parsed = new Map<PollcastProcess, { lines: Line[]; upTo: number }>();

/** What a process has written so far. At the level of statements that is much: each line is parsed once. */
function readLines(running: PollcastProcess): Line[] {
  const { lines, upTo } = parsed.get(running) ?? { lines: [], upTo: 0 };
  const output = running.output();
  const end = output.lastIndexOf('\n') + 1;
  for (const line of output.slice(upTo, end).split('\n'))
    if (line.startsWith('{') && line.endsWith('}')) lines.push(JSON.parse(line) as Line);
  parsed.set(running, { lines, upTo: end });
  return lines;
}

function lines(): Line[] {
  return app.processes.flatMap(readLines);
}

/** The lines with these fields, as soon as there is one. */
function linesWith(fields: Line): Promise<Line[]> {
  return waitFor(`a line with ${JSON.stringify(fields)}`, () => {
    const found = lines().filter((line) =>
      Object.entries(fields).every(([field, value]) => line[field] === value),
    );
    return found.length > 0 && found;
  });
}

function send(query: string, headers: Record<string, string>, variables?: object): Promise<Response> {
  return fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}`, ...headers },
    body: JSON.stringify({ query, variables }),
  });
}

/** Makes reading polls fail inside for as long as the work takes. */
async function withoutPolls(work: () => Promise<void>): Promise<void> {
  await app.database.query('ALTER TABLE poll RENAME TO poll_away');
  try {
    await work();
  } finally {
    await app.database.query('ALTER TABLE poll_away RENAME TO poll');
  }
}

test('every line of a request has its id, which is the given one or a new one, and is answered', async () => {
  const given = 'proxy-7.1:abc';
  await withoutPolls(async () => {
    const answer = await send('query Wanted { polls { totalCount } }', { 'x-request-id': given });
    expect(answer.headers.get('x-request-id')).toBe(given);
    expect(await answer.text()).toContain('INTERNAL_SERVER_ERROR');
  });
  const [access] = await linesWith({ requestId: given, msg: 'operation' });
  expect(access).toMatchObject({
    level: 30,
    transport: 'http',
    type: 'query',
    field: 'polls',
    name: 'Wanted',
    token: 'ADMIN_TOKEN',
    errorCodes: ['INTERNAL_SERVER_ERROR'],
    ms: expect.any(Number) as unknown,
  });
  // The error and the statement come from far below, where requests are unknown.
  await linesWith({ requestId: given, msg: 'an operation failed', level: 50 });
  await linesWith({ requestId: given, msg: 'statement' });

  const forged = 'x'.repeat(101);
  const answer = await send('{ polls { totalCount } }', { 'x-request-id': forged });
  const made = answer.headers.get('x-request-id') ?? '';
  expect(made).toMatch(/^[\da-f-]{36}$/);
  expect((await linesWith({ requestId: made, msg: 'operation' }))[0]).toMatchObject({ level: 20 });
  expect(app.output()).not.toContain(forged);
});

test('every line of an operation on a WebSocket has the ids of both', async () => {
  const client = createClient({
    url: socketUrl(app.url),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${VIEWER_TOKEN}` },
    generateID: () => 'operation-42',
    retryAttempts: 0,
  });
  await withoutPolls(async () => {
    const results = client.iterate({ query: 'query OverSocket { polls { totalCount } }' });
    expect((await results.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
  });
  await client.dispose();
  const [access] = await linesWith({ operationId: 'operation-42', msg: 'operation' });
  expect(access).toMatchObject({
    transport: 'websocket',
    name: 'OverSocket',
    token: 'VIEWER_TOKEN',
    errorCodes: ['INTERNAL_SERVER_ERROR'],
  });
  const { socketId } = access ?? {};
  expect(socketId).toEqual(expect.any(String));
  await linesWith({ socketId, operationId: 'operation-42', msg: 'an operation failed' });
  await linesWith({ socketId, operationId: 'operation-42', msg: 'statement' });
});

test('the lines of the engine name the campaign, the chunk and the delivery', async () => {
  const api = app.client();
  await createUsers(app.database, 6);
  app.sandbox.faults.add({ chatId: 1_000_003, answer: FAULT_ANSWERS.blocked });
  app.sandbox.faults.add({ chatId: 1_000_005, times: 1, answer: FAULT_ANSWERS.throttled(1) });
  const campaignId = await createCampaign(api, await createOpenPoll(api), { pacing: { chunkSize: 3 } });
  await startCampaign(api, campaignId);
  await followCampaign(api, campaignId);

  await linesWith({ campaignId, msg: 'campaign planned' });
  await linesWith({ campaignId, chunk: 0, msg: 'chunk started' });
  await linesWith({ campaignId, chunk: 1, msg: 'chunk ended' });
  await linesWith({ campaignId, chunk: 0, userId: '1000001', msg: 'sent' });
  await linesWith({ campaignId, chunk: 0, userId: '1000003', reason: 'BOT_BLOCKED', msg: 'not sent' });
  await linesWith({ campaignId, chunk: 1, userId: '1000005', msg: 'Telegram throttles the bot' });
  await linesWith({ campaignId, msg: 'campaign completed' });
  await waitFor('a statement of the engine', () =>
    lines().some(({ msg, sql }) => msg === 'statement' && String(sql).includes('reserve_send_slots')),
  );
});

test('no secret and no variable of an operation is in any line', async () => {
  const variable = 'a-name-that-nobody-needs-to-read';
  const query = 'mutation ($users: [TelegramUserInput!]!) { importTelegramUsers(users: $users) { created } }';
  await send(query, { 'x-request-id': 'import-1' }, { users: [{ id: '77', firstName: variable }] });
  await linesWith({ requestId: 'import-1', msg: 'operation' });
  // Wherever clients put them, and however wrong they are.
  await send('{ polls { totalCount } }', { authorization: `Basic ${ADMIN_TOKEN}` });
  await send(`{ polls(token: "${ADMIN_TOKEN}") { totalCount } }`, { 'x-request-id': ADMIN_TOKEN });
  await send(`query ${VIEWER_TOKEN.replaceAll('-', '_')} { polls { totalCount } }`, {});
  await fetch(`${app.url}/${ADMIN_TOKEN}?token=${VIEWER_TOKEN}`);

  const [, bot = ''] = app.sandbox.token.split(':');
  await waitFor('what was taken out', () => app.output().includes('[secret]'));
  for (const secret of [ADMIN_TOKEN, VIEWER_TOKEN, bot, app.database.url, variable])
    expect(app.output()).not.toContain(secret);
});

test('the line of a mutation names its campaign, and why it was refused', async () => {
  const campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
  await send(
    'mutation Pause($id: ID!) { pauseCampaign(id: $id) { userErrors { code } } }',
    {},
    { id: campaignId },
  );
  await linesWith({ msg: 'operation', name: 'Pause', campaignId, refusalCode: 'INVALID_STATE' });
  const query = graphql('mutation Cancel($id: ID!) { cancelCampaign(id: $id) { userErrors { code } } }');
  for await (const answer of app.client().subscribe(query, { id: campaignId })) expect(answer).toBeDefined();
  const [line] = await linesWith({ msg: 'operation', transport: 'websocket', name: 'Cancel', campaignId });
  expect(line).not.toHaveProperty('refusalCode');
});

test('a campaign that ends says what became of everybody, and failures are told of once a second at most', async () => {
  await createUsers(app.database, 3, 3_000_001);
  for (const chatId of [3_000_001, 3_000_002]) {
    app.sandbox.faults.add({ chatId, answer: FAULT_ANSWERS.blocked });
  }
  const campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
  await startCampaign(app.client(), campaignId);
  await followCampaign(app.client(), campaignId);
  const [end] = await linesWith({ campaignId, msg: 'campaign completed' });
  expect(end?.outcomes).toMatchObject({ 'FAILED BOT_BLOCKED': 2 });
  const [failed] = await linesWith({ campaignId, msg: 'a delivery failed', reason: 'BOT_BLOCKED' });
  expect(failed).toMatchObject({ level: 40 });
});

test('a campaign that fails says why, and what became of everybody', async () => {
  await createUsers(app.database, 2, 3_050_001);
  const campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
  const rejected = app.sandbox.faults.add({ chatId: 3_050_002, answer: FAULT_ANSWERS.unauthorized });
  try {
    await startCampaign(app.client(), campaignId);
    const end = (await followCampaign(app.client(), campaignId)).at(-1);
    const [line] = await linesWith({ campaignId, code: 'BOT_TOKEN_REJECTED' });
    expect(line).toMatchObject({ level: 50 });
    const counts = Object.values(line?.outcomes as Record<string, number>);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(end?.totalUsers);
  } finally {
    rejected.remove();
  }
});

test('a campaign that is cancelled says what became of everybody', async () => {
  await createUsers(app.database, 2, 3_060_001);
  const campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
  const held = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
  await startCampaign(app.client(), campaignId);
  await app.sandbox.waitUntil(() => held.hits > 0);
  await change(app.client(), 'cancelCampaign', campaignId);
  const [line] = await linesWith({ campaignId, msg: 'campaign cancelled' });
  expect(line).toMatchObject({ level: 30, outcomes: { SENDING: expect.any(Number) as unknown } });
  held.remove();
  await followCampaign(app.client(), campaignId);
});

test('a campaign that has run for 30 s is logged, and by one of the processes that look', async () => {
  const campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
  await createUsers(app.database, 2, 3_100_001);
  const held = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
  await startCampaign(app.client(), campaignId);
  await app.sandbox.waitUntil(() => held.hits > 0);
  const second = await app.startWorker();
  await app.database.query(
    "UPDATE notification_campaign SET running_since = running_since - interval '30 seconds' WHERE id = $1",
    [campaignId],
  );
  const [line] = await linesWith({ campaignId, msg: 'campaign runs' });
  expect(line).toMatchObject({ level: 30, sentUsers: 0, failedUsers: 0, perSecond: 0 });
  expect(line).toHaveProperty('estimatedFinishAt');
  held.remove();
  second.kill();
  await second.exited;
  await followCampaign(app.client(), campaignId);
  expect(await linesWith({ campaignId, msg: 'campaign runs' })).toHaveLength(1);
});
