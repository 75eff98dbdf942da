import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { graphql, operation } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { runHosted } from '../support/hosted-program.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { useApp } from '../support/use-app.js';

const FIRST = 1_000_001;
const app = useApp({ environment: { LOG_LEVEL: 'trace' } });
let pollId: string;
let campaignId: string;
beforeAll(async () => {
  await createUsers(app.database, 1203);
  await app.database.query(
    `UPDATE telegram_user SET first_name = '=HYPERLINK("x")', last_name = 'a, "b"' WHERE id = $1`,
    [FIRST],
  );
  app.sandbox.faults.add({ chatId: FIRST + 1, answer: FAULT_ANSWERS.blocked });
  const api = app.client();
  pollId = await createOpenPoll(api);
  await app.database.query(
    `INSERT INTO answer (question_id, user_id, option_id)
     SELECT question_id, $1, min(id) FROM question_option GROUP BY question_id`,
    [FIRST + 2],
  );
  await app.database.query('INSERT INTO poll_completion (poll_id, user_id) VALUES ($1, $2)', [
    pollId,
    FIRST + 2,
  ]);
  await app.database.query(
    `INSERT INTO later_reminder (poll_id, user_id, status, remind_at, not_before, requested_at)
     VALUES ($1, $2, 'SENT', now(), now(), now())`,
    [pollId, FIRST + 3],
  );
  campaignId = await createCampaign(api, pollId, { pacing: { chunkSize: 2000 } });
  await startCampaign(api, campaignId);
  await followCampaign(api, campaignId);
});

interface Asked {
  status: number;
  body: { path?: string; expiresAt?: string; errors?: { message: string; extensions: { code: string } }[] };
}

async function ask(body: unknown, token: string | null = ADMIN_TOKEN, url = app.url): Promise<Asked> {
  const response = await fetch(`${url}/exports`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Asked['body'] };
}

type Row = Record<string, string>;

function read(csv: string): Row[] {
  return parse(csv, { columns: true, bom: true });
}

async function download(kind: string, id: string): Promise<Row[]> {
  const { status, body } = await ask({ kind, id });
  expect(status).toBe(201);
  const response = await fetch(`${app.url}${body.path ?? ''}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const subject = `${kind === 'deliveries' ? 'campaign' : 'poll'}-${id.replace(/\D/g, '')}-${kind}`;
  expect(response.headers.get('content-disposition')).toMatch(
    new RegExp(`^attachment; filename="${subject}-\\d{4}-\\d\\d-\\d\\d\\.csv"$`),
  );
  return read(Buffer.from(await response.arrayBuffer()).toString('utf8'));
}

describe('exports', () => {
  test('deliveries of a campaign come whole, with reasons and without formulas', async () => {
    const rows = await download('deliveries', `campaign_${campaignId}`);
    expect(rows).toHaveLength(1202);
    expect(new Set(rows.map(({ userId }) => userId)).size).toBe(1202);
    expect(rows[0]).toMatchObject({
      userId: String(FIRST),
      firstName: `'=HYPERLINK("x")`,
      lastName: 'a, "b"',
      status: 'SENT',
      reason: '',
      sentAt: expect.stringMatching(/Z$/),
    });
    expect(rows[1]).toMatchObject({
      status: 'FAILED',
      reason: 'BOT_BLOCKED',
      detail: '403 Forbidden: bot was blocked by the user',
      sentAt: '',
    });
  });

  test('participants of a poll say how far they are, and how often they were reminded', async () => {
    const rows = await download('participants', pollId);
    expect(rows).toHaveLength(1203);
    expect(rows.slice(0, 4)).toMatchObject([
      { participation: 'NOT_STARTED', remindersSent: '1', status: 'ACTIVE', declined: 'false', remindAt: '' },
      { participation: 'NOT_STARTED', remindersSent: '0', status: 'BLOCKED' },
      {
        participation: 'COMPLETED',
        answeredQuestions: '1',
        remindersSent: '0',
        completedAt: expect.stringMatching(/Z$/),
      },
      // One of them was asked for by Later.
      { participation: 'NOT_STARTED', remindersSent: '2' },
    ]);
  });

  test('answers of a poll come with their questions', async () => {
    expect(await download('answers', `poll_${pollId}`)).toMatchObject([
      { position: '1', question: 'How was it?', userId: String(FIRST + 2), answer: 'Good' },
    ]);
  });

  test('answers of an anonymous poll are counts, in steps while it is open', async () => {
    const secret = await createOpenPoll(app.client(), { anonymous: true });
    await app.database.query(
      `WITH tally AS (INSERT INTO anonymous_tally (poll_id, completed, shown_completed) VALUES ($1, 7, 5))
       INSERT INTO anonymous_count (option_id, counted, shown) SELECT option.id, 7, 5
       FROM question_option option JOIN question ON question.id = question_id WHERE poll_id = $1 AND option.position = 1`,
      [secret],
    );
    const counts = () => download('answers', `poll_${secret}`);
    const [good, ...others] = await counts();
    expect(good).toEqual({ position: '1', question: 'How was it?', answer: 'Good', count: '5' });
    expect(others.map(({ count }) => count)).toEqual(others.map(() => '0'));
    await app
      .client()
      .run(graphql('mutation ($id: ID!) { closePoll(id: $id) { userErrors { message } } }'), { id: secret });
    expect((await counts())[0]).toMatchObject({ count: '7' });
  });

  test('an address is good once, at every process, and for a minute', async () => {
    const { body } = await ask({ kind: 'answers', id: pollId });
    const other = await app.startApi('api');
    const path = body.path ?? '';
    const both = await Promise.all([fetch(`${app.url}${path}`), fetch(`${other}${path}`)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await fetch(`${other}${path}`)).status).toBe(404);
    const late = await ask({ kind: 'answers', id: pollId });
    await app.database.query('UPDATE export_link SET expires_at = clock_timestamp()');
    expect((await fetch(`${app.url}${late.body.path ?? ''}`)).status).toBe(404);
  });

  test.each<[string, unknown, string | null, number, string]>([
    ['no token', { kind: 'answers', id: '1' }, null, 401, 'UNAUTHENTICATED'],
    ['an unknown kind', { kind: 'secrets', id: '1' }, ADMIN_TOKEN, 400, 'BAD_USER_INPUT'],
    ['no kind', {}, ADMIN_TOKEN, 400, 'BAD_USER_INPUT'],
    ['the id of another type', { kind: 'deliveries', id: 'poll_1' }, ADMIN_TOKEN, 400, 'BAD_USER_INPUT'],
    ['an impossible id', { kind: 'deliveries', id: { $gt: '' } }, ADMIN_TOKEN, 400, 'BAD_USER_INPUT'],
    ['an unknown campaign', { kind: 'deliveries', id: '999999' }, ADMIN_TOKEN, 404, 'NOT_FOUND'],
    ['too much', { kind: 'deliveries', id: 'x'.repeat(2000) }, ADMIN_TOKEN, 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s is refused', async (_what, body, token, status, code) => {
    expect(await ask(body, token)).toMatchObject({ status, body: { errors: [{ extensions: { code } }] } });
  });

  test('are in the audit log, and no address is in a log', async () => {
    const { body } = await ask({ kind: 'deliveries', id: campaignId }, VIEWER_TOKEN);
    const [entry] = await app.database.query('SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1');
    expect(entry).toMatchObject({
      action: 'export',
      actor: 'VIEWER_TOKEN',
      campaign_id: campaignId,
      detail: 'deliveries',
      outcome: 'SUCCEEDED',
    });
    expect(app.output()).not.toContain(body.path);
  });

  test('are not for viewers where the installation hides people from them', async () => {
    const url = await app.startApi('api', { VIEWER_SEES_PEOPLE: 'false' });
    expect(await ask({ kind: 'participants', id: pollId }, VIEWER_TOKEN, url)).toMatchObject({
      body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
    expect((await ask({ kind: 'participants', id: pollId }, ADMIN_TOKEN, url)).status).toBe(201);
  });

  test('of participants can be imported again, and change nothing', async () => {
    const environment = { API_URL: `${app.url}/graphql`, API_TOKEN: ADMIN_TOKEN };
    const api = app.client();
    const groups = ['=Staff', 'North|South', 'DOM\\Users', 'Ends with \\'];
    const users = [
      '=1+1',
      '-Anna',
      "'Quoted",
      'a;b\t"c"',
      'e\u0301 \u{1f469}\u200d\u{1f467}',
      '\u202eRTL',
    ].map((firstName, place) => ({ id: String(9_000_001 + place), firstName, lastName: '@home', groups }));
    await api.run(operation('importTelegramUsers'), { users });
    const known = graphql(
      '{ telegramUsers(filter: { groups: ["=staff"] }) { nodes { id firstName lastName groups } } }',
    );
    const before = await api.run(known);
    expect(before.telegramUsers.nodes).toHaveLength(users.length);
    expect(before.telegramUsers.nodes[0]?.groups).toEqual(expect.arrayContaining(groups));
    const forThem = await createOpenPoll(api, { groups: ['=Staff'] });
    const folder = await mkdtemp(join(tmpdir(), 'pollcast-export-'));
    const file = join(folder, 'participants.csv');
    await runHosted(['export', 'participants', forThem, '--output', file], environment);
    expect(await runHosted(['import', file], environment)).toMatchObject({
      code: 0,
      output: expect.stringContaining('0 users are new, 6 were known.'),
    });
    expect(await api.run(known)).toEqual(before);
    await rm(folder, { recursive: true });
  });

  test('come at the command line, to standard output or into a file', async () => {
    const environment = { API_URL: app.url, API_TOKEN: ADMIN_TOKEN };
    const { code, output } = await runHosted(['export', 'answers', `poll_${pollId}`], environment);
    expect(code).toBe(0);
    expect(read(output)).toHaveLength(1);
    const folder = await mkdtemp(join(tmpdir(), 'pollcast-export-'));
    const file = join(folder, 'deliveries.csv');
    const written = await runHosted(['export', 'deliveries', campaignId, '--output', file], environment);
    expect(written).toEqual({ code: 0, output: '' });
    expect(read(await readFile(file, 'utf8'))).toHaveLength(1202);
    await rm(folder, { recursive: true });
    expect(await runHosted(['export', 'answers', '999999'], environment)).toEqual({
      code: 1,
      output: expect.stringContaining('There is no poll 999999'),
    });
  });
});
