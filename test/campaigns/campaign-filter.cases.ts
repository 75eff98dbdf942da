import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, type VariablesOf } from '../../src/cli/graphql.js';
import { createDataSource } from '../../src/app/data-source.js';
import { NotificationCampaign } from '../../src/campaigns/campaign.entity.js';
import { matchesFilter } from '../../src/campaigns/campaign-filter.js';
import { CampaignFilter } from '../../src/campaigns/campaign.types.js';
import { CampaignStatus } from '../../src/campaigns/lifecycle.js';
import { emptyDatabase } from '../support/empty.js';
import { createOpenPoll } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { app } from './api.js';

let campaigns: NotificationCampaign[];

const LIST = graphql(
  'query ($filter: CampaignFilter) { campaigns(filter: $filter, first: 100) { nodes { id } } }',
);
type Filter = NonNullable<VariablesOf<typeof LIST>['filter']>;

async function listed(filter: Filter): Promise<string[]> {
  const { campaigns: page } = await app.client().run(LIST, { filter });
  return page.nodes.map(({ id }) => id).sort();
}

describe('the filter of campaigns', () => {
  /** One campaign of every status, with and without names, instants, failures and standstills. */
  beforeAll(async () => {
    await emptyDatabase(app);
    const polls = [await createOpenPoll(app.client()), await createOpenPoll(app.client())];
    expect(polls).toHaveLength(2);
    await app.database.query(
      `INSERT INTO notification_campaign (topic_id, name, message_template, chunk_size, chunk_interval_ms,
         send_interval_ms, status, created_at, scheduled_for, started_at, failure_code, standstill_code)
       SELECT 1 + place % 2, (ARRAY['Straße 50%', 'STRASSE', 'ﬁsh_1', 'ΟΔΟΣ', NULL, 'ΟΔΟΣΗΜΑ', 'İZMİR'])[1 + place % 7], 'x', 1, 0, 0, status,
         timestamptz '2026-01-01' + place * interval '1 day',
         CASE WHEN place % 2 = 0 THEN timestamptz '2026-02-01' + place * interval '1 day' END,
         CASE WHEN place % 3 = 0 THEN timestamptz '2026-03-01' + place * interval '1 day' END,
         CASE WHEN place % 4 < 2 THEN 'REPEATED_FAILURES' END, CASE WHEN place % 5 < 2 THEN 'NO_WORKER' END
       FROM generate_series(0, 41) place, unnest($1::text[]) WITH ORDINALITY AS known (status, number)
       WHERE number = 1 + place % array_length($1, 1)`,
      [Object.values(CampaignStatus)],
    );
    // The api process finds out by itself that nobody works on those that run.
    await waitFor('the standstills', async () => {
      const others =
        "SELECT FROM notification_campaign WHERE status = 'PROCESSING' AND standstill_code IS DISTINCT FROM 'NO_WORKER'";
      return (await app.database.query(others)).length === 0;
    });
    const dataSource = await createDataSource({ url: app.database.url, poolSize: 1 }).initialize();
    campaigns = await dataSource.getRepository(NotificationCampaign).find();
    await dataSource.destroy();
  });

  test.each<Filter>([
    {},
    { status: ['FAILED', 'PAUSED'] },
    { status: [] },
    { topicId: '2' },
    { nameContains: 'straSSE' },
    { nameContains: 'ß' },
    { nameContains: '0%' },
    { nameContains: '_' },
    { nameContains: 'FISH' },
    { nameContains: 'οδος' },
    { nameContains: 'ΟΔΟΣ' },
    { nameContains: 'izmi' },
    { createdAfter: '2026-01-11T00:00:00.000Z', createdBefore: '2026-01-21T00:00:00.000Z' },
    { scheduledAfter: '2026-02-11T00:00:00.000Z' },
    { scheduledBefore: '2026-02-11T00:00:00.000Z' },
    { startedAfter: '2026-03-10T00:00:00.000Z', startedBefore: '2026-03-22T00:00:00.000Z' },
    { needsAttention: true },
    { needsAttention: false, status: ['PAUSED', 'PROCESSING', 'FAILED'] },
  ])('%j means the same for a list and for those who follow it', async (given) => {
    const dates = Object.entries(given).map(([field, value]) => [
      field,
      /(After|Before)$/.test(field) ? new Date(String(value)) : value,
    ]);
    const filter = Object.assign(new CampaignFilter(), Object.fromEntries(dates) as Partial<CampaignFilter>);
    const matching = campaigns
      .filter((campaign) => matchesFilter(filter, campaign))
      .map(({ id }) => `campaign_${id}`);
    expect(await listed(given)).toEqual(matching.sort());
  });
});
