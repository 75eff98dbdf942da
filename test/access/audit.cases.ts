import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql, operation, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, TestApp, VIEWER_TOKEN } from '../support/app.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers, keyOf } from '../support/factories.js';
import { codeOf, TRANSPORTS } from '../support/requests.js';
import { operationsOf } from '../support/schema-calls.js';
import { createToken } from '../support/tokens.js';
import { untyped } from '../support/untyped.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

let operator: string;
let operatorId: string;
let campaignId: string;
let pollId: string;

const LOG = graphql(`{ auditLog(first: 100) {
  nodes { actor tokenId role action campaignId pollId detail outcome code }
} }`);

/** The log as the API tells it, newest first. */
async function auditLog(): Promise<ResultOf<typeof LOG>['auditLog']['nodes']> {
  return (await app.client().run(LOG)).auditLog.nodes;
}

/** A mutation of one campaign. */
function on(mutation: 'startCampaign' | 'pauseCampaign' | 'cancelCampaign' | 'openPoll', id: string) {
  const query = graphql(`mutation ($id: ID!) { ${mutation}(id: $id) { userErrors { code } } }`);
  return { query, variables: { id } };
}

const ADMIN = { actor: 'ADMIN_TOKEN', tokenId: null, role: 'ADMIN' };
const NOTHING = { campaignId: null, pollId: null, detail: null, code: null };

describe('the audit log', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    // Token 1 is revoked by the test that calls every mutation.
    await createToken(app.database, 'first');
    operator = await createToken(app.database, 'ops', 'OPERATOR');
    const [token] = await app.database.query("SELECT id FROM api_token WHERE name = 'ops'");
    operatorId = `token_${token?.id}`;
  });
  beforeEach(async () => {
    pollId = `poll_${await createOpenPoll(app.client())}`;
    campaignId = `campaign_${await createCampaign(app.client(), pollId)}`;
    await app.database.query('TRUNCATE audit_entry');
  });

  describe.each(TRANSPORTS)('over %s', (_name, send) => {
    test('what succeeds, is refused, forbidden or fails leaves one entry each, newest first', async () => {
      const ops = { actor: 'ops', tokenId: operatorId, role: 'OPERATOR' };
      await send(app.url, on('startCampaign', campaignId), operator);
      await send(app.url, on('startCampaign', campaignId), operator);
      await send(app.url, on('cancelCampaign', campaignId), operator);
      await send(app.url, on('pauseCampaign', campaignId), VIEWER_TOKEN);
      await app.database.query('ALTER TABLE poll RENAME TO out_of_reach');
      try {
        expect(codeOf(await send(app.url, on('openPoll', pollId), ADMIN_TOKEN))).toBe(
          'INTERNAL_SERVER_ERROR',
        );
      } finally {
        await app.database.query('ALTER TABLE out_of_reach RENAME TO poll');
      }
      const viewer = { actor: 'VIEWER_TOKEN', tokenId: null, role: 'VIEWER' };
      const started = { ...NOTHING, ...ops, action: 'startCampaign', campaignId };
      expect(await auditLog()).toEqual([
        {
          ...NOTHING,
          ...ADMIN,
          action: 'openPoll',
          pollId,
          outcome: 'FAILED',
          code: 'INTERNAL_SERVER_ERROR',
        },
        { ...NOTHING, ...viewer, action: 'pauseCampaign', campaignId, outcome: 'FORBIDDEN' },
        { ...NOTHING, ...ops, action: 'cancelCampaign', campaignId, outcome: 'FORBIDDEN' },
        { ...started, outcome: 'REFUSED', code: 'INVALID_STATE' },
        { ...started, outcome: 'SUCCEEDED' },
      ]);
    });

    test('calls that are forbidden are counted in one entry a minute and token', async () => {
      const calls = (['pauseCampaign', 'cancelCampaign', 'startCampaign'] as const).flatMap((name) =>
        Array.from({ length: 10 }, () => send(app.url, on(name, campaignId), VIEWER_TOKEN)),
      );
      for (const answer of await Promise.all(calls)) expect(codeOf(answer)).toBe('FORBIDDEN');
      await send(app.url, on('cancelCampaign', campaignId), operator);
      const entries = () =>
        app.database.query<{ actor: string; outcome: string; repeats: number }>(
          'SELECT actor, outcome, repeats FROM audit_entry ORDER BY repeats DESC, id',
        );
      expect(await entries()).toEqual([
        { actor: 'VIEWER_TOKEN', outcome: 'FORBIDDEN', repeats: 29 },
        { actor: 'ops', outcome: 'FORBIDDEN', repeats: 0 },
      ]);
      await app.database.query("UPDATE audit_entry SET at = at - interval '1 minute'");
      await send(app.url, on('pauseCampaign', campaignId), VIEWER_TOKEN);
      expect((await entries()).map(({ repeats }) => repeats)).toEqual([29, 0, 0]);
    });

    test('each of several mutations in one document has its entry, and nothing else has one', async () => {
      const query = `mutation ($a: ID!) { a: pauseCampaign(id: $a) { userErrors { code } }
        b: cancelCampaign(id: $a) { campaign { topic { title } } } }`;
      await send(app.url, { query, variables: { a: campaignId } });
      await send(app.url, { query: '{ polls { nodes { title } } auditLog { totalCount } }' });
      await send(app.url, { query: 'mutation { pauseCampaign { userErrors { code } } }' });
      expect(await auditLog()).toEqual([
        { ...NOTHING, ...ADMIN, action: 'cancelCampaign', campaignId, outcome: 'SUCCEEDED' },
        {
          ...NOTHING,
          ...ADMIN,
          action: 'pauseCampaign',
          campaignId,
          outcome: 'REFUSED',
          code: 'INVALID_STATE',
        },
      ]);
    });
  });

  describe('an entry', () => {
    test('says of each mutation what it was about, without texts and persons', async () => {
      const api = app.client();
      const text = 'Private text for Ann';
      const [userId = ''] = await createUsers(app.database, 1, 8_111_222_333);
      const scheduledFor = '2999-01-01T00:00:00.000Z';
      const made = `poll_${await createOpenPoll(api, { title: text })}`;
      const created = `campaign_${await createCampaign(api, made, { messageTemplate: text, scheduledFor })}`;
      await api.run(operation('importTelegramUsers'), { users: [{ id: userId, firstName: text }] });
      await api.run(operation('recordPollCompletions'), { pollId: made, userIds: [userId] });
      await api.run(operation('retryDeliveries'), {
        campaignId: created,
        statuses: ['FAILED', 'SKIPPED', 'FAILED'],
      });
      await api.run(operation('sendTestNotification'), { campaignId: created, telegramUserId: userId });
      await api.run(operation('closePoll'), { id: made });
      await api.run(graphql('mutation { startCampaign(id: "no number") { userErrors { code } } }'));

      const entries = await auditLog();
      const about = entries.map((entry) => [entry.action, entry.campaignId, entry.pollId, entry.detail]);
      expect(about.reverse()).toEqual([
        ['createPoll', null, made, 'questions: 1'],
        ['openPoll', null, made, null],
        ['createCampaign', created, made, `scheduled for ${scheduledFor}`],
        ['importTelegramUsers', null, null, 'people: 1'],
        ['recordPollCompletions', null, made, 'people: 1'],
        ['retryDeliveries', created, null, 'FAILED, SKIPPED'],
        ['sendTestNotification', created, null, null],
        ['closePoll', null, made, null],
        ['startCampaign', null, null, null],
      ]);
      const [stored] = await app.database.query<{ all: string }>(
        'SELECT json_agg(entry)::text AS all FROM audit_entry entry',
      );
      expect(stored?.all).not.toMatch(new RegExp(`${text}|${userId}`));
    });

    test('is written for every mutation of the schema', async () => {
      const mutations = (await operationsOf(app)).filter(({ kind }) => kind === 'mutation');
      for (const { call } of mutations) await app.client().run(untyped(call.query), call.variables);
      expect((await auditLog()).map(({ action }) => action).reverse()).toEqual(
        mutations.map(({ name }) => name),
      );
    });

    test('is there, as STARTED, before anything happens', async () => {
      await app.database.query('BEGIN');
      await app.database.query('SELECT FROM notification_campaign WHERE id = $1 FOR UPDATE', [
        keyOf(campaignId),
      ]);
      const { query, variables } = on('startCampaign', campaignId);
      const call = app.client(operator).run(query, variables);
      try {
        await waitFor('the entry', async () => (await auditLog())[0]?.outcome === 'STARTED');
      } finally {
        await app.database.query('ROLLBACK');
      }
      await call;
      expect(await auditLog()).toMatchObject([{ action: 'startCampaign', campaignId, outcome: 'SUCCEEDED' }]);
    });

    test('that cannot be written keeps the mutation from happening', async () => {
      const { query, variables } = on('cancelCampaign', campaignId);
      await app.database.query('ALTER TABLE audit_entry RENAME TO out_of_reach');
      try {
        await expect(app.client().run(query, variables)).rejects.toThrow('Something went wrong on our side.');
      } finally {
        await app.database.query('ALTER TABLE out_of_reach RENAME TO audit_entry');
      }
      const campaigns = await app.database.query('SELECT status FROM notification_campaign WHERE id = $1', [
        keyOf(campaignId),
      ]);
      expect(campaigns).toEqual([{ status: 'PENDING' }]);
    });

    test('that cannot be completed is left as STARTED, and what happened is answered', async () => {
      const output = app.outputFromNow();
      await app.database.query(
        "ALTER TABLE audit_entry ADD CONSTRAINT stuck CHECK (outcome = 'STARTED') NOT VALID",
      );
      try {
        const { query, variables } = on('cancelCampaign', campaignId);
        expect(await app.client().run(query, variables)).toEqual({ cancelCampaign: { userErrors: [] } });
      } finally {
        await app.database.query('ALTER TABLE audit_entry DROP CONSTRAINT stuck');
      }
      expect(await auditLog()).toMatchObject([{ action: 'cancelCampaign', campaignId, outcome: 'STARTED' }]);
      expect(output()).toContain('an audit entry could not be completed');
    });
  });

  describe('the pages of auditLog', () => {
    const PAGE = graphql(`query ($filter: AuditFilter, $first: Int! = 20, $after: String) {
      auditLog(filter: $filter, first: $first, after: $after) {
        nodes { id at } totalCount pageInfo { hasNextPage endCursor }
      }
    }`);
    const page = async (variables: VariablesOf<typeof PAGE>) =>
      (await app.client().run(PAGE, variables)).auditLog;

    beforeEach(() =>
      app.database.query(
        `INSERT INTO audit_entry (actor, role, action, campaign_id)
         SELECT 'actor-' || place % 2, 'ADMIN', (ARRAY['startCampaign', 'pauseCampaign'])[1 + place % 3 / 2], place % 5
         FROM generate_series(1, 30) place`,
      ),
    );

    test.each([
      [{}, 30],
      [{ campaignId: '3' }, 6],
      [{ campaignId: '77' }, 0],
      [{ actor: 'actor-1' }, 15],
      [{ action: 'pauseCampaign' }, 10],
      [{ campaignId: '3', actor: 'actor-1', action: 'startCampaign' }, 2],
    ])('are filtered by %j, and come once each, newest first', async (filter, count) => {
      const whole = await page({ filter, first: 100 });
      expect([whole.nodes.length, whole.totalCount]).toEqual([count, count]);
      const ids = whole.nodes.map(({ id }) => Number(keyOf(id)));
      expect(ids).toEqual([...ids].sort((a, b) => b - a));
      const pages = [await page({ filter, first: 4 })];
      for (let last = pages[0]; last?.pageInfo.hasNextPage; last = pages.at(-1)) {
        pages.push(await page({ filter, first: 4, after: last.pageInfo.endCursor }));
      }
      expect(pages.flatMap(({ nodes }) => nodes)).toEqual(whole.nodes);
    });

    test('are of 20 entries where nothing is said', async () => {
      expect((await page({})).nodes).toHaveLength(20);
    });

    test.each([
      [{ filter: { campaignId: 'first' } }, 'campaignId must be the id of a campaign, such as campaign_12.'],
      [{ first: 101 }, 'first must be from 1 to 100.'],
      [
        { after: 'page 2' },
        'after must be a cursor that this list returned in this order. Leave it out to begin at the first page.',
      ],
    ])('cannot be had by %j', async (variables, message) => {
      await expect(page(variables)).rejects.toThrow(message);
    });
  });

  test('entries older than AUDIT_RETENTION_DAYS are deleted, however many there are', async () => {
    const own = await TestApp.prepare({
      environment: { AUDIT_RETENTION_DAYS: '30', RECONCILE_INTERVAL_MS: '200' },
    });
    try {
      await own.database.query(
        `INSERT INTO audit_entry (actor, role, action, at)
         SELECT 'ops', 'ADMIN', 'openPoll', now() - CASE WHEN place <= 12000 THEN interval '31 days' ELSE '29 days' END
         FROM generate_series(1, 12100) place`,
      );
      await own.startWorker();
      await waitFor('the old ones to be gone', async () => {
        const [row] = await own.database.query<{ count: number }>(
          'SELECT count(*)::integer FROM audit_entry',
        );
        return row?.count === 100;
      });
    } finally {
      await own.stop();
    }
  });
});
