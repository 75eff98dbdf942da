import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
  type CampaignInput,
} from '../support/factories.js';
import { change, delivery, runBeside, updateCampaign } from './operations.js';
import { app } from './app.js';

let api: ApiClient;
let pollId: string;
let users: string[];
let nextUser = 1_000_001;

/** A campaign of the poll that is over, and in which a reminder to each of these people ended so many hours ago. */
async function remindedBefore(people: [status: string, hoursAgo: number][]): Promise<void> {
  const id = await createCampaign(api, pollId);
  await app.database.query(
    `WITH chunk AS (INSERT INTO campaign_chunk (campaign_id, number, state) VALUES ($1, 0, 'DONE')), deliveries AS (
       INSERT INTO delivery (campaign_id, user_id, chunk_number, status, sent_at, updated_at)
       SELECT $1, user_id, 0, status, CASE status WHEN 'SENT' THEN at END, CASE status WHEN 'SENT' THEN now() ELSE at END
       FROM (SELECT user_id, status, now() - hours * interval '1 hour' AS at
         FROM unnest($2::bigint[], $3::text[], $4::float[]) AS given (user_id, status, hours)) given)
     UPDATE notification_campaign SET status = 'COMPLETED', started_at = now(), planned_at = now() WHERE id = $1`,
    [id, users.slice(0, people.length), people.map(([status]) => status), people.map(([, hours]) => hours)],
  );
}

const PREVIEW =
  graphql(`query ($input: CreateCampaignInput!) { campaignPreview(input: $input) { audienceSize remindedRecently
    excluded { reason count } sampleText userErrors { code field } warnings { code message } } }`);

async function preview(
  input: Partial<CampaignInput> = {},
): Promise<ResultOf<typeof PREVIEW>['campaignPreview']> {
  const { campaignPreview } = await api.run(PREVIEW, {
    input: { topicId: pollId, messageTemplate: '{{firstName}}', ...input },
  });
  return campaignPreview;
}

/** Runs a campaign to its end. @returns who was in its audience */
async function audienceOf(audience: CampaignInput['audience']): Promise<string[]> {
  const id = await createCampaign(api, pollId, { audience });
  await startCampaign(api, id);
  expect((await followCampaign(api, id)).at(-1)?.status).toBe('COMPLETED');
  const rows = await app.database.query<{ user_id: string }>(
    'SELECT user_id FROM delivery WHERE campaign_id = $1 ORDER BY user_id',
    [id],
  );
  return rows.map(({ user_id }) => user_id);
}

const BEFORE: [string, number][] = [
  ['SENT', 1],
  ['SENDING', 1],
  ['UNCONFIRMED', 1],
  ['SENT', 30],
  ['FAILED', 1],
  ['SKIPPED', 1],
  ['PENDING', 1],
];

describe('people who were reminded', () => {
  beforeAll(async () => {
    await emptyApp(app);
    api = app.client();
  });
  beforeEach(async () => {
    await app.database.query(`UPDATE telegram_user SET status = 'BLOCKED'`);
    users = await createUsers(app.database, 10, nextUser);
    nextUser += 10;
    pollId = await createOpenPoll(api);
  });

  describe('notRemindedForHours', () => {
    test.each([
      [2, [3, 4, 5, 6, 7, 8, 9]],
      [48, [4, 5, 6, 7, 8, 9]],
      [null, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ])('%s leaves out who got a reminder of the poll within it, or may have', async (hours, places) => {
      await remindedBefore(BEFORE);
      const audience = await audienceOf({ notRemindedForHours: hours });
      expect(audience).toEqual(places.map((place) => users[place]));
    });

    test('leaves out nobody for reminders of other polls', async () => {
      await remindedBefore(BEFORE);
      pollId = await createOpenPoll(api);
      expect(await audienceOf({ notRemindedForHours: 48 })).toEqual(users);
    });

    test('is looked at again at the send', async () => {
      const input = { audience: { notRemindedForHours: 1 }, pacing: { sendIntervalMs: 2000 } };
      const slow = await createCampaign(api, pollId, input);
      await startCampaign(api, slow);
      const quick = await createCampaign(api, pollId);
      await runBeside(api, 'startCampaign', quick);
      const [last] = (await Promise.all([followCampaign(api, slow), followCampaign(api, quick)])).map(
        (events) => events.at(-1),
      );
      expect(last?.status).toBe('COMPLETED');
      expect(last?.skippedUsers).toBeGreaterThan(0);
      const reasons = await app.database.query(
        `SELECT DISTINCT status, reason FROM delivery WHERE campaign_id = $1 AND status <> 'SENT'`,
        [slow],
      );
      expect(reasons).toEqual([{ status: 'SKIPPED', reason: 'REMINDED_RECENTLY' }]);
      expect(await delivery(api, slow, users[9] ?? '')).toMatchObject({ reason: 'REMINDED_RECENTLY' });
    });

    test('of two campaigns at once that heed it, nobody gets two messages', async () => {
      const audience = { notRemindedForHours: 1 };
      const ids = await Promise.all([1, 2, 3].map(() => createCampaign(api, pollId, { audience })));
      await Promise.all(ids.map((id) => runBeside(api, 'startCampaign', id)));
      await Promise.all(ids.map((id) => followCampaign(api, id)));
      for (const user of users) expect(app.sandbox.messagesTo(Number(user))).toHaveLength(1);
    });

    test('can be changed until the campaign has started', async () => {
      const id = await createCampaign(api, pollId, { audience: { notRemindedForHours: 5 } });
      const hours = async () => {
        const { campaign } = await api.run(
          graphql('query ($id: ID!) { campaign(id: $id) { audience { notRemindedForHours } } }'),
          { id },
        );
        return campaign?.audience;
      };
      expect((await updateCampaign(api, id, { audience: {} })).userErrors).toEqual([]);
      expect(await hours()).toEqual({ notRemindedForHours: 5 });
      await updateCampaign(api, id, { audience: { notRemindedForHours: 8 } });
      expect(await hours()).toEqual({ notRemindedForHours: 8 });
      await updateCampaign(api, id, { audience: null });
      expect(await hours()).toEqual({ notRemindedForHours: null });
      await app.database.query(`UPDATE notification_campaign SET status = 'PAUSED' WHERE id = $1`, [id]);
      expect(
        (await updateCampaign(api, id, { audience: { notRemindedForHours: 1 } })).userErrors,
      ).toMatchObject([{ field: ['input', 'audience'], code: 'INVALID_STATE' }]);
    });

    test.each([0, 8761])('%i is refused', async (notRemindedForHours) => {
      expect((await preview({ audience: { notRemindedForHours } })).userErrors).toEqual([
        { code: 'INVALID', field: ['input', 'audience', 'notRemindedForHours'] },
      ]);
    });
  });

  describe('a preview', () => {
    test('counts who was reminded within a day, and warns', async () => {
      await remindedBefore(BEFORE);
      const { audienceSize, remindedRecently, excluded, warnings } = await preview();
      expect({ audienceSize, remindedRecently }).toEqual({ audienceSize: 10, remindedRecently: 3 });
      expect(excluded.map(({ reason }) => reason)).not.toContain('REMINDED_RECENTLY');
      expect(warnings).toEqual([
        {
          code: 'MANY_REMINDED_RECENTLY',
          message:
            '3 of 10 were reminded of this poll within the last 24 hours; audience.notRemindedForHours leaves them out.',
        },
      ]);
    });

    test('does not count those whom the campaign leaves out', async () => {
      await remindedBefore([...BEFORE.slice(0, 4), ['SENT', 20]]);
      const found = await preview({ audience: { notRemindedForHours: 2 } });
      expect(found).toMatchObject({ audienceSize: 7, remindedRecently: 1 });
      expect(found.excluded).toContainEqual({ reason: 'REMINDED_RECENTLY', count: 3 });
      expect(found.sampleText).toContain(users[3]);
      const day = await preview({ audience: { notRemindedForHours: 48 } });
      expect(day).toMatchObject({ audienceSize: 5, remindedRecently: 0, warnings: [] });
    });

    test('warns while another campaign of the poll has people pending', async () => {
      const id = await createCampaign(api, pollId, { pacing: { sendIntervalMs: 3_600_000 } });
      await startCampaign(api, id);
      expect((await preview()).warnings.map(({ code }) => code)).toContain('ANOTHER_CAMPAIGN_RUNS');
      await change(api, 'cancelCampaign', id);
      expect((await preview()).warnings.map(({ code }) => code)).not.toContain('ANOTHER_CAMPAIGN_RUNS');
    });

    test('does not count people who have completed the poll since', async () => {
      await remindedBefore([['SENT', 1]]);
      await app.database.query('INSERT INTO poll_completion (poll_id, user_id) VALUES ($1, $2)', [
        pollId,
        users[0],
      ]);
      expect(await preview()).toMatchObject({ audienceSize: 9, remindedRecently: 0, warnings: [] });
    });
  });
});
