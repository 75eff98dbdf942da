import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  type CampaignInput,
} from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { change, retry, runBeside } from './operations.js';
import { app } from './app.js';

/** Nobody after the first of a chunk is sent to while a test looks. */
const DRIP = { pacing: { chunkSize: 100, sendIntervalMs: 3_600_000 } };
let api: ApiClient;
let pollId: string;

async function started(input: Partial<CampaignInput> = DRIP): Promise<string> {
  const id = await createCampaign(api, pollId, input);
  expect((await change(api, 'startCampaign', id)).userErrors).toEqual([]);
  return id;
}

async function completed(): Promise<string> {
  const id = await started({});
  expect((await followCampaign(api, id)).at(-1)?.status).toBe('COMPLETED');
  return id;
}

function refused(other: string, field = 'id'): object {
  const message = expect.stringMatching(
    `^Campaign ${other} of the same poll .+ besideAnother\\.$`,
  ) as unknown;
  // The campaign is answered as it is.
  const asIs = expect.objectContaining({ id: expect.stringMatching(/^campaign_/) }) as unknown;
  return { campaign: asIs, userErrors: [{ field: [field], code: 'ANOTHER_CAMPAIGN_RUNS', message }] };
}

describe('a campaign beside another', () => {
  beforeAll(async () => {
    await emptyApp(app);
    api = app.client();
    await createUsers(app.database, 5);
  });
  beforeEach(async () => {
    pollId = await createOpenPoll(api);
  });

  describe('while another campaign of the poll has people pending,', () => {
    test('starting one is refused, and allowed beside it', async () => {
      const first = await started();
      const second = await createCampaign(api, pollId);
      expect(await change(api, 'startCampaign', second)).toEqual(refused(first));
      expect((await campaign(api, second)).status).toBe('PENDING');
      expect((await runBeside(api, 'startCampaign', second)).campaign?.status).toBe('PROCESSING');
    });

    test('also while that one is not planned yet', async () => {
      const first = await createCampaign(api, pollId);
      await app.database.query(
        `UPDATE notification_campaign SET status = 'PROCESSING', started_at = now(), progressed_at = now() + interval '1 h'
         WHERE id = $1`,
        [first],
      );
      const second = await createCampaign(api, pollId);
      expect(await change(api, 'startCampaign', second)).toEqual(refused(first));
      await app.database.query(`UPDATE notification_campaign SET status = 'PAUSED' WHERE id = $1`, [first]);
      expect(await change(api, 'startCampaign', second)).toEqual(refused(first));
      await change(api, 'cancelCampaign', first);
      expect((await change(api, 'startCampaign', second)).userErrors).toEqual([]);
    });

    test('also while that one is FAILED, which can be resumed', async () => {
      const first = await started();
      await change(api, 'pauseCampaign', first);
      await app.database.query(
        `UPDATE notification_campaign SET status = 'FAILED', failure_code = 'BOT_TOKEN_REJECTED', failure_message = 'Refused.'
         WHERE id = $1`,
        [first],
      );
      const second = await createCampaign(api, pollId, DRIP);
      const { campaignPreview } = await api.run(
        graphql(
          'query ($id: ID!) { campaignPreview(input: { topicId: $id }) { warnings { code message } } }',
        ),
        { id: pollId },
      );
      const message = expect.stringContaining(`Campaign ${first} of the same poll`) as unknown;
      expect(campaignPreview.warnings).toContainEqual({ code: 'ANOTHER_CAMPAIGN_RUNS', message });
      expect(await change(api, 'startCampaign', second)).toEqual(refused(first));
      await runBeside(api, 'startCampaign', second);
      expect(await change(api, 'resumeCampaign', first)).toEqual(refused(second));
      await change(api, 'cancelCampaign', second);
      expect((await change(api, 'resumeCampaign', first)).campaign?.status).toBe('PROCESSING');
    });

    test('resuming one is refused, and allowed beside it', async () => {
      const first = await started();
      await change(api, 'pauseCampaign', first);
      const second = await createCampaign(api, pollId, DRIP);
      expect(await change(api, 'startCampaign', second)).toEqual(refused(first));
      await runBeside(api, 'startCampaign', second);
      expect(await change(api, 'resumeCampaign', first)).toEqual(refused(second));
      expect((await runBeside(api, 'resumeCampaign', first)).campaign?.status).toBe('PROCESSING');
    });

    test('retrying one is refused, and nothing of it is requeued', async () => {
      const first = await completed();
      await app.database.query(
        `WITH failed AS (
           UPDATE delivery SET status = 'FAILED', reason = 'BAD_REQUEST' WHERE campaign_id = $1 RETURNING user_id
         ) UPDATE notification_campaign SET sent_users = 0, failed_users = 5 WHERE id = $1`,
        [first],
      );
      const second = await started();
      expect(await retry(api, first)).toEqual({ ...refused(second, 'campaignId'), retriedCount: 0 });
      expect(await campaign(api, first)).toMatchObject({ status: 'COMPLETED', failedUsers: 5 });
      await change(api, 'cancelCampaign', second);
      expect((await retry(api, first)).userErrors).toEqual([]);
    });

    test('a state from which it cannot be started is what is told of', async () => {
      await completed();
      const over = await completed();
      await started();
      expect((await change(api, 'startCampaign', over)).userErrors).toMatchObject([
        { code: 'INVALID_STATE' },
      ]);
    });

    test('one of another poll is started', async () => {
      await started();
      pollId = await createOpenPoll(api);
      await started();
    });

    test('a scheduled one is PAUSED when it is due, and is in nobody else’s way', async () => {
      const first = await started();
      const scheduledFor = new Date(Date.now() + 3000).toISOString();
      const second = await createCampaign(api, pollId, { scheduledFor });
      await waitFor('the schedule to be held', async () => (await campaign(api, second)).status === 'PAUSED');
      const { campaign: held } = await api.run(
        graphql('query ($id: ID!) { campaign(id: $id) { failure { code message } startedAt } }'),
        { id: second },
      );
      const message = expect.stringContaining(`Campaign ${first} of the same poll`) as unknown;
      expect(held).toEqual({ failure: { code: 'ANOTHER_CAMPAIGN_RUNS', message }, startedAt: null });
      await change(api, 'pauseCampaign', first);
      expect((await change(api, 'resumeCampaign', first)).userErrors).toEqual([]);
      expect(await change(api, 'resumeCampaign', second)).toEqual(refused(first));
      await change(api, 'cancelCampaign', first);
      expect((await change(api, 'resumeCampaign', second)).campaign?.status).toBe('PROCESSING');
    });
  });

  test('once the first is over, the next one starts', async () => {
    await completed();
    await completed();
  });

  test('of campaigns that are started at once, one runs', async () => {
    for (let round = 0; round < 20; round += 1) {
      pollId = await createOpenPoll(api);
      const ids = await Promise.all([1, 2, 3, 4].map(() => createCampaign(api, pollId, DRIP)));
      const results = await Promise.all(ids.map((id) => change(api, 'startCampaign', id)));
      const codes = results.map(({ userErrors }) => userErrors[0]?.code ?? 'started').sort();
      expect(codes).toEqual([...Array<string>(3).fill('ANOTHER_CAMPAIGN_RUNS'), 'started']);
    }
  });
});
