import { beforeAll, describe, expect, test } from '@jest/globals';
import { emptyApp } from '../support/empty.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { app } from './app.js';

describe('a campaign', () => {
  beforeAll(() => emptyApp(app));

  test.each([
    [0, 0],
    [1, 1],
    [100, 1],
    [101, 2],
    [250, 3],
  ])('reminds each of %i people exactly once, in %i chunks', async (audience, chunks) => {
    const api = app.client();
    await app.database.query('DELETE FROM delivery');
    await app.database.query('DELETE FROM telegram_user');
    app.sandbox.clear();
    const users = await createUsers(app.database, audience);
    const id = await createCampaign(api, await createOpenPoll(api));

    const started = await startCampaign(api, id);
    const events = await followCampaign(api, id);

    // An empty one may be over by the time of the answer.
    expect(started.campaign?.status).toMatch(/^(PROCESSING|COMPLETED)$/);
    expect(events.at(-1)?.status).toBe('COMPLETED');
    const sentTo = app.sandbox.messages.map((message) => String(message.chatId)).sort();
    expect(sentTo).toEqual(users);
    expect(await campaign(api, id)).toMatchObject({
      totalUsers: audience,
      sentUsers: audience,
      chunkCount: chunks,
    });
  });
});
