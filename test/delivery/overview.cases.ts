import { beforeAll, describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { change } from '../campaigns/operations.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { codeOf, overHttp } from '../support/requests.js';
import { createToken } from '../support/tokens.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

const FIRST = 1_000_001;
let operator: string;

const OVERVIEW =
  graphql(`query ($id: ID!, $first: Int, $last: Int, $state: [ChunkState!]) { campaign(id: $id) {
  createdBy totalUsers outcomes { status reason count }
  chunks(first: $first, last: $last, state: $state) {
    totalCount nodes { number state pendingUsers dueAt worker leaseExpiresAt attempts }
  }
} }`);
type Overview = NonNullable<ResultOf<typeof OVERVIEW>['campaign']>;

async function overview(
  id: string,
  chunks: Omit<VariablesOf<typeof OVERVIEW>, 'id'> = { first: 100 },
): Promise<Overview> {
  const { campaign } = await app.client().run(OVERVIEW, { id, ...chunks });
  if (!campaign) throw new Error(`There is no campaign ${id}.`);
  return campaign;
}

describe('the overview of a campaign', () => {
  beforeAll(async () => {
    await emptyApp(app);
    operator = await createToken(app.database, 'ops', 'OPERATOR');
    await createUsers(app.database, 10);
    await app.database.query('UPDATE telegram_user SET first_name = NULL WHERE id = $1', [FIRST + 9]);
  });

  test('outcomes say why people failed, largest first, and add up', async () => {
    const { faults } = app.sandbox;
    for (const chatId of [FIRST, FIRST + 1]) faults.add({ chatId, answer: FAULT_ANSWERS.blocked });
    faults.add({ chatId: FIRST + 2, answer: FAULT_ANSWERS.resetAfter });
    const api = app.client(operator);
    const id = await createCampaign(api, await createOpenPoll(app.client()), { pacing: { chunkSize: 4 } });
    expect(await overview(id)).toMatchObject({
      createdBy: 'ops',
      outcomes: [],
      chunks: { totalCount: 0, nodes: [] },
    });
    await startCampaign(api, id);
    await followCampaign(api, id);
    const { outcomes, totalUsers, chunks } = await overview(id);
    expect(outcomes).toEqual([
      { status: 'SENT', reason: null, count: 7 },
      { status: 'FAILED', reason: 'BOT_BLOCKED', count: 2 },
      { status: 'UNCONFIRMED', reason: 'ANSWER_LOST', count: 1 },
    ]);
    expect(totalUsers).toBe(10);
    expect(chunks.totalCount).toBe(3);
    const at = { worker: null, dueAt: null, leaseExpiresAt: null };
    const done = { state: 'DONE', pendingUsers: 0, attempts: 0, ...at };
    expect(chunks.nodes).toMatchObject([0, 1, 2].map((number) => ({ ...done, number })));

    const details = graphql(
      'query ($id: ID!) { campaign(id: $id) { deliveries { nodes { status detail } } } }',
    );
    const { campaign } = await api.run(details, { id });
    const told = campaign?.deliveries.nodes.map(({ status, detail }) => [status, detail]);
    expect(told?.slice(0, 4)).toEqual([
      ['FAILED', '403 Forbidden: bot was blocked by the user'],
      ['FAILED', '403 Forbidden: bot was blocked by the user'],
      ['UNCONFIRMED', expect.stringMatching(/^no answer: /)],
      ['SENT', null],
    ]);
    faults.clear();
  });

  test('chunks say which worker is at them, what waits, and since when', async () => {
    await app.database.query("UPDATE telegram_user SET status = 'ACTIVE'");
    const api = app.client();
    const pacing = { chunkSize: 4, chunkIntervalMs: 3_600_000, sendIntervalMs: 60_000 };
    const id = await createCampaign(api, await createOpenPoll(api), { pacing });
    await startCampaign(api, id);
    const first = await waitFor('the first message', async () => {
      const { outcomes, chunks } = await overview(id);
      // Each field is read by a statement of its own.
      const isSent = outcomes.some(({ status, count }) => status === 'SENT' && count === 1);
      return isSent && chunks.nodes[0]?.pendingUsers === 3 && chunks;
    });
    expect(first.nodes.map(({ pendingUsers }) => pendingUsers)).toEqual([3, 4, 2]);
    expect(first.nodes[1]).toMatchObject({ state: 'WAITING', dueAt: expect.any(String), worker: null });
    await waitFor('a worker at the first chunk, or its next turn', async () => {
      const [chunk] = (await overview(id)).chunks.nodes;
      return chunk?.state === 'RUNNING'
        ? chunk.worker !== null && chunk.leaseExpiresAt !== null
        : chunk?.dueAt;
    });
    const last = await overview(id, { last: 1, state: ['WAITING'] });
    expect(last.chunks.nodes.map(({ number }) => number)).toEqual([2]);
    expect((await overview(id, { state: ['QUARANTINED', 'DONE'] })).chunks).toEqual({
      totalCount: 0,
      nodes: [],
    });
    await change(api, 'cancelCampaign', id);
    expect((await overview(id)).outcomes).toContainEqual({
      status: 'SKIPPED',
      reason: 'CAMPAIGN_CANCELLED',
      count: 9,
    });
  });

  test('chunks count the claims that sent nothing, not one that may still do so', async () => {
    const id = await createCampaign(app.client(), await createOpenPoll(app.client()));
    await app.database.query(
      `WITH chunk (number, state, attempts, remaining) AS (
         VALUES (0, 'RUNNING', 1, 1), (1, 'RUNNING', 3, 1), (2, 'RUNNING', 3, 5), (3, 'WAITING', 2, 1),
           (4, 'WAITING', 2, 5), (5, 'SET_ASIDE', 5, 1)
       ), written AS (
         INSERT INTO campaign_chunk (campaign_id, number, state, attempts, remaining_at_claim, lease_token)
         SELECT $1, *, CASE state WHEN 'RUNNING' THEN gen_random_uuid() END FROM chunk
       )
       INSERT INTO delivery (campaign_id, chunk_number, user_id)
       SELECT $1, number, $2 + number FROM chunk`,
      [id, FIRST],
    );
    const { nodes } = (await overview(id)).chunks;
    expect(nodes.map(({ pendingUsers }) => pendingUsers)).toEqual(Array(6).fill(1));
    expect(nodes.map(({ attempts }) => attempts)).toEqual([0, 2, 0, 2, 0, 5]);
    await app.database.query('DELETE FROM notification_campaign WHERE id = $1', [id]);
  });

  test('a campaign says how fast it sends while it runs, and 0 afterwards', async () => {
    await app.database.query("UPDATE telegram_user SET status = 'ACTIVE'");
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api), { pacing: { sendIntervalMs: 2000 } });
    const rate = async () => {
      const query = graphql('query ($id: ID!) { campaign(id: $id) { messagesPerSecond } }');
      return (await api.run(query, { id })).campaign?.messagesPerSecond;
    };
    expect(await rate()).toBe(0);
    await startCampaign(api, id);
    await waitFor('a rate', async () => ((await rate()) ?? 0) > 0);
    await change(api, 'cancelCampaign', id);
    expect(await rate()).toBe(0);
  });

  test.each(['first: 0', 'first: 101', 'after: "nonsense"', 'first: 1, last: 1'])(
    'chunks(%s) is refused',
    async (given) => {
      const id = await createCampaign(app.client(), await createOpenPoll(app.client()));
      const query = `{ campaign(id: "${id}") { chunks(${given}) { totalCount } } }`;
      expect(codeOf(await overHttp(app.url, { query }))).toBe('BAD_USER_INPUT');
    },
  );
});
