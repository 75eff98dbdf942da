import { beforeAll, describe, expect, test } from '@jest/globals';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll, startCampaign } from '../support/factories.js';
import { databasePrint, expectRefusal, mutate, type Arguments } from '../support/mutations.js';
import { app } from './api.js';

const PAST = '2020-01-01T00:00:00.000Z';
const UNKNOWN = '999999';
const polls = { open: '', draft: '', closed: '', overdue: '', unknown: UNKNOWN, 'no number': 'x' };
const campaigns = {
  started: '',
  'of a draft': '',
  'of a closed poll': '',
  unknown: UNKNOWN,
  'no number': 'x',
};

describe('refusals of campaigns', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    const api = app.client();
    for (const name of ['open', 'draft', 'closed', 'overdue'] as const)
      polls[name] = await createOpenPoll(api);
    campaigns.started = await createCampaign(api, polls.open);
    campaigns['of a draft'] = await createCampaign(api, polls.draft);
    campaigns['of a closed poll'] = await createCampaign(api, polls.closed);
    await startCampaign(api, campaigns.started);
    await mutate(app, 'closePoll', { id: polls.closed });
    await app.database.query("UPDATE poll SET status = 'DRAFT' WHERE id = $1", [polls.draft]);
    await app.database.query('UPDATE poll SET closes_at = $2 WHERE id = $1', [polls.overdue, PAST]);
  });

  describe('createCampaign refuses', () => {
    test.each<[keyof typeof polls, string]>([
      ['unknown', 'NOT_FOUND'],
      ['no number', 'NOT_FOUND'],
      ['draft', 'INVALID_STATE'],
      ['closed', 'POLL_CLOSED'],
      ['overdue', 'POLL_CLOSED'],
    ])('a poll that is %s', (poll, code) =>
      expectRefusal(app, 'createCampaign', { input: { topicId: polls[poll] } }, 'input.topicId', code),
    );

    test.each<[string, string, Arguments]>([
      ['an empty name', 'name', { name: '' }],
      ['a long name', 'name', { name: 'x'.repeat(201) }],
      ['a blank button', 'buttonText', { buttonText: '\u3164' }],
      ['a start in the past', 'scheduledFor', { scheduledFor: PAST }],
      ['chunks of 0', 'pacing.chunkSize', { pacing: { chunkSize: 0 } }],
      ['chunks of 10,001', 'pacing.chunkSize', { pacing: { chunkSize: 10_001 } }],
      ['a negative time between chunks', 'pacing.chunkIntervalMs', { pacing: { chunkIntervalMs: -1 } }],
      ['too long between chunks', 'pacing.chunkIntervalMs', { pacing: { chunkIntervalMs: 3_600_001 } }],
      ['a negative time between sends', 'pacing.sendIntervalMs', { pacing: { sendIntervalMs: -1 } }],
      ['too long between sends', 'pacing.sendIntervalMs', { pacing: { sendIntervalMs: 3_600_001 } }],
      ['an empty key', 'idempotencyKey', { idempotencyKey: '' }],
      ['a long key', 'idempotencyKey', { idempotencyKey: 'x'.repeat(201) }],
    ])('%s', (_what, field, change) => {
      const input = { topicId: polls.open, ...change };
      return expectRefusal(app, 'createCampaign', { input }, `input.${field}`, 'INVALID');
    });

    test('several things at once', async () => {
      const before = await databasePrint(app);
      const input = {
        topicId: polls.open,
        messageTemplate: '',
        scheduledFor: PAST,
        pacing: { chunkSize: 0 },
      };
      const { campaign, userErrors } = await mutate(app, 'createCampaign', { input });
      expect(campaign).toBeNull();
      expect(userErrors.map(({ field }) => field?.join('.')).sort()).toEqual([
        'input.messageTemplate',
        'input.pacing.chunkSize',
        'input.scheduledFor',
      ]);
      expect(await databasePrint(app)).toEqual(before);
    });
  });

  describe('startCampaign refuses', () => {
    test.each<[keyof typeof campaigns, string]>([
      ['unknown', 'NOT_FOUND'],
      ['no number', 'NOT_FOUND'],
      ['started', 'INVALID_STATE'],
      ['of a draft', 'INVALID_STATE'],
      ['of a closed poll', 'POLL_CLOSED'],
    ])('a campaign that is %s', (campaign, code) =>
      expectRefusal(app, 'startCampaign', { id: campaigns[campaign] }, 'id', code),
    );
  });
});
