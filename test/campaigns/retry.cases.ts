import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { emptyApp } from '../support/empty.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { delivery, retry } from './operations.js';
import { app } from './app.js';

let api: ApiClient;

let users: string[];

type Refusal = 'unknownBadRequest' | 'blocked';

/** A campaign that has ended, whose message Telegram has refused to the first people. */
async function endedCampaign(...refusals: Refusal[]): Promise<string> {
  for (const [place, refusal] of refusals.entries()) {
    app.sandbox.faults.add({ chatId: Number(users[place]), answer: FAULT_ANSWERS[refusal] });
  }
  const id = await createCampaign(api, await createOpenPoll(api));
  await startCampaign(api, id);
  await followCampaign(api, id);
  app.sandbox.faults.clear();
  return id;
}

describe('a retry', () => {
  beforeAll(async () => {
    await emptyApp(app);
    api = app.client();
  });
  beforeEach(async () => {
    users = await createUsers(app.database, 3);
  });
  afterEach(async () => {
    app.sandbox.faults.clear();
    app.sandbox.clear();
    await app.database.query('DELETE FROM delivery');
    await app.database.query('DELETE FROM telegram_user');
  });

  test('keeps the reason until there is a new result, and counts attempts in all', async () => {
    const [user = ''] = users;
    const id = await endedCampaign('unknownBadRequest');
    const held = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
    expect(await retry(api, id)).toMatchObject({ retriedCount: 1, userErrors: [] });
    await app.sandbox.waitUntil(() => held.hits === 1);
    expect(await delivery(api, id, user)).toEqual({ status: 'SENDING', reason: 'BAD_REQUEST', attempts: 2 });
    held.remove();
    await followCampaign(api, id);
    expect(await delivery(api, id, user)).toEqual({ status: 'SENT', reason: null, attempts: 2 });
  });

  test('leaves people who cannot be reached as they are, whatever is asked for', async () => {
    const [blocked = '', other = '', optedOut = ''] = users;
    const id = await endedCampaign('blocked', 'unknownBadRequest', 'unknownBadRequest');
    await app.database.query('UPDATE telegram_user SET opted_out_at = now() WHERE id = $1', [optedOut]);
    const was = await delivery(api, id, optedOut);
    expect(await retry(api, id, ['FAILED', 'SKIPPED'])).toMatchObject({ retriedCount: 1, userErrors: [] });
    await followCampaign(api, id);
    expect(await delivery(api, id, blocked)).toEqual({
      status: 'FAILED',
      reason: 'BOT_BLOCKED',
      attempts: 1,
    });
    expect(await delivery(api, id, optedOut)).toEqual(was);
    expect(await delivery(api, id, other)).toMatchObject({ status: 'SENT', attempts: 2 });
    expect(await retry(api, id)).toMatchObject({
      retriedCount: 0,
      userErrors: [{ field: ['campaignId'], code: 'INVALID_STATE' }],
    });
  });

  test('retries the given reasons alone', async () => {
    const [bad = '', quarantined = ''] = users;
    const id = await endedCampaign('unknownBadRequest', 'unknownBadRequest');
    await app.database.query(
      `UPDATE delivery SET reason = 'CHUNK_SET_ASIDE' WHERE campaign_id = $1 AND user_id = $2`,
      [id, quarantined],
    );
    const { retriedCount } = await retry(api, id, ['FAILED'], ['CHUNK_QUARANTINED', 'TELEGRAM_UNAVAILABLE']);
    expect(retriedCount).toBe(1);
    await followCampaign(api, id);
    expect(await delivery(api, id, bad)).toMatchObject({
      status: 'FAILED',
      reason: 'BAD_REQUEST',
      attempts: 1,
    });
    expect(await delivery(api, id, quarantined)).toMatchObject({ status: 'SENT', attempts: 2 });
    expect(await campaign(api, id)).toMatchObject({ sentUsers: 2, failedUsers: 1 });
  });

  test('refuses an empty list of reasons, and reasons that there are not', async () => {
    const id = await endedCampaign('unknownBadRequest');
    const refused = { campaign: { status: 'COMPLETED' }, retriedCount: 0 };
    expect(await retry(api, id, ['FAILED'], [])).toMatchObject({
      ...refused,
      userErrors: [{ field: ['reasons'], code: 'INVALID' }],
    });
    expect(await retry(api, id, ['FAILED'], ['WORKER_DIED'])).toMatchObject({
      ...refused,
      userErrors: [{ code: 'INVALID_STATE' }],
    });
  });
});
