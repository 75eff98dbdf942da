import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { CampaignEnding } from '../../src/campaigns/ending.js';
import { CampaignStore } from '../../src/campaigns/campaign.store.js';
import { createDataSource } from '../../src/app/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createUsers } from '../support/factories.js';
import { plannedCampaign } from '../support/running-campaign.js';

let database: TestDatabase;
let dataSource: DataSource;
let ending: CampaignEnding;
beforeEach(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url }).initialize();
  ending = new CampaignEnding(new CampaignStore(dataSource), pino({ level: 'silent' }));
  await database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN')");
});
afterEach(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** A campaign whose last answers were refusals of its text, as a worker leaves it that dies before it stops it. */
async function refusedCampaign(sent: number, refused: number, streak = refused): Promise<string> {
  await createUsers(database, sent + refused);
  const id = await plannedCampaign(database, dataSource, '1', 100);
  await database.query(
    `UPDATE delivery SET status = CASE WHEN user_id <= 1000000 + $1 THEN 'SENT' ELSE 'FAILED' END,
       reason = CASE WHEN user_id > 1000000 + $1 THEN 'MARKUP_INVALID' END, attempts = 1`,
    [sent],
  );
  await database.query(
    `UPDATE notification_campaign SET pending_users = 0, sent_users = $1, failed_users = $2, failure_streak = $3,
       failure_streak_reason = 'MARKUP_INVALID'`,
    [sent, refused, streak],
  );
  await database.query("UPDATE campaign_chunk SET state = 'DONE'");
  return id;
}

async function row(): Promise<unknown> {
  const [campaign] = await database.query(
    'SELECT status, failure_code, pending_users, sent_users, failed_users FROM notification_campaign',
  );
  return campaign;
}

describe('a campaign whose every text is refused', () => {
  test.each([
    [0, 20],
    [5, 20],
    [0, 1],
  ])('is not completed after %i sent and %i refused, but stopped', async (sent, refused) => {
    const id = await refusedCampaign(sent, refused);
    await ending.complete(id);
    expect(await row()).toMatchObject({ status: 'PROCESSING', pending_users: 0 });
    expect(await ending.stopIfRefused(id, 'MARKUP_INVALID')).toBe(true);
    expect(await row()).toEqual({
      status: 'FAILED',
      failure_code: 'MARKUP_INVALID',
      pending_users: refused,
      sent_users: sent,
      failed_users: 0,
    });
    const chunks = await database.query('SELECT DISTINCT state FROM campaign_chunk');
    expect(chunks).toEqual([{ state: 'WAITING' }]);
    // Once more changes nothing.
    expect(await ending.stopIfRefused(id, 'MARKUP_INVALID')).toBe(false);
  });

  test.each([
    [1, 19, 19],
    [1, 30, 5],
  ])('is another than one with %i sent and %i too long, %i of them last', async (sent, refused, streak) => {
    const id = await refusedCampaign(sent, refused, streak);
    expect(await ending.stopIfRefused(id, 'MARKUP_INVALID')).toBe(false);
    await ending.complete(id);
    expect(await row()).toMatchObject({ status: 'COMPLETED', failed_users: refused });
  });
});
