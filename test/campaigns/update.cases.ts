import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { VIEWER_TOKEN } from '../support/app.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { watchCampaign } from '../support/progress.js';
import { overHttp } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { nothingInFlight } from '../support/work-under-way.js';
import { change, updateCampaign, type CampaignChange } from './operations.js';
import { app } from './app.js';

let topicId: string;

const update = (id: string, input: CampaignChange) => updateCampaign(app.client(), id, input);

describe('updateCampaign', () => {
  beforeAll(() => emptyApp(app));
  beforeEach(async () => {
    app.sandbox.faults.clear();
    app.sandbox.clear();
    await app.database.query('DELETE FROM delivery');
    await app.database.query('DELETE FROM telegram_user');
    topicId = await createOpenPoll(app.client());
  });

  test('changes everything while PENDING, and leaves what is left out', async () => {
    const id = await createCampaign(app.client(), topicId, { messageTemplate: 'Hello', name: 'One' });
    const { campaign, userErrors } = await update(id, { buttonText: 'Go', pacing: { chunkSize: 7 } });
    expect(userErrors).toEqual([]);
    expect(campaign).toEqual({
      status: 'PENDING',
      name: 'One',
      messageTemplate: 'Hello',
      buttonText: 'Go',
      scheduledFor: null,
      pacing: { chunkSize: 7, chunkIntervalMs: 0, sendIntervalMs: 0 },
    });
    const cleared = await update(id, { name: null, buttonText: null, messageTemplate: null });
    expect(cleared.campaign).toMatchObject({ name: null, buttonText: null });
    expect(cleared.campaign?.messageTemplate).toContain('{{firstName}}');
  });

  test('schedules a campaign, for another time, and no longer', async () => {
    const id = await createCampaign(app.client(), topicId);
    await createUsers(app.database, 1);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    expect((await update(id, { scheduledFor: later })).campaign).toMatchObject({
      status: 'SCHEDULED',
      scheduledFor: later,
    });
    expect((await update(id, { scheduledFor: null })).campaign).toMatchObject({
      status: 'PENDING',
      scheduledFor: null,
    });
    await update(id, { scheduledFor: later });
    await update(id, { scheduledFor: new Date(Date.now() + 3000).toISOString() });
    expect((await followCampaign(app.client(), id)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      sentUsers: 1,
    });
  });

  test('puts a campaign right that stopped over its template, and resuming reaches everybody', async () => {
    await createUsers(app.database, 25);
    app.sandbox.faults.add({ answer: FAULT_ANSWERS.cantParseEntities });
    const id = await createCampaign(app.client(), topicId, { messageTemplate: 'Hello {{firstName}}' });
    await startCampaign(app.client(), id);
    expect((await followCampaign(app.client(), id)).at(-1)).toMatchObject({ status: 'FAILED', sentUsers: 0 });
    await nothingInFlight(app.database);
    app.sandbox.faults.clear();
    expect((await update(id, { messageTemplate: '<b>Hi</b>', buttonText: 'Go' })).campaign?.status).toBe(
      'FAILED',
    );
    await change(app.client(), 'resumeCampaign', id);
    expect((await followCampaign(app.client(), id)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      sentUsers: 25,
    });
    expect(new Set(app.sandbox.messages.map(({ text }) => text))).toEqual(new Set(['<b>Hi</b>']));
    expect(app.sandbox.messages[0]?.replyMarkup?.inline_keyboard.flat()[0]?.text).toBe('Go');
  });

  test('reaches also a worker that has not noticed the pause', async () => {
    await createUsers(app.database, 2);
    const held = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
    const id = await createCampaign(app.client(), topicId, {
      messageTemplate: 'One',
      pacing: { sendIntervalMs: 1 },
    });
    await startCampaign(app.client(), id);
    await app.sandbox.waitUntil(() => held.hits === 1);
    await change(app.client(), 'pauseCampaign', id);
    expect((await update(id, { messageTemplate: 'Two' })).userErrors).toEqual([]);
    await change(app.client(), 'resumeCampaign', id);
    held.remove();
    expect((await followCampaign(app.client(), id)).at(-1)).toMatchObject({
      status: 'COMPLETED',
      sentUsers: 2,
    });
    expect(app.sandbox.messages.map(({ text }) => text)).toEqual(['One', 'Two']);
  });

  test('of the pacing counts from the last message, and without it a pause shortens no interval', async () => {
    await createUsers(app.database, 3);
    const id = await createCampaign(app.client(), topicId, { pacing: { sendIntervalMs: 3_600_000 } });
    await startCampaign(app.client(), id);
    const nextInMinutes = async () => {
      const [chunk] = await app.database.query<{ minutes: number }>(
        `SELECT round(extract(epoch FROM due_at - (SELECT max(sent_at) FROM delivery WHERE campaign_id = $1)) / 60)::integer
             AS minutes FROM campaign_chunk WHERE campaign_id = $1 AND state = 'WAITING'`,
        [id],
      );
      return chunk?.minutes;
    };
    await waitFor('the chunk to wait', async () => (await nextInMinutes()) === 60);
    await change(app.client(), 'pauseCampaign', id);
    await change(app.client(), 'resumeCampaign', id);
    expect(await nextInMinutes()).toBe(60);
    await change(app.client(), 'pauseCampaign', id);
    await update(id, { pacing: { sendIntervalMs: 600_000 } });
    await change(app.client(), 'resumeCampaign', id);
    expect(await nextInMinutes()).toBe(10);
    await change(app.client(), 'pauseCampaign', id);
    await update(id, { pacing: { sendIntervalMs: 0 } });
    await change(app.client(), 'resumeCampaign', id);
    expect((await followCampaign(app.client(), id)).at(-1)).toMatchObject({ sentUsers: 3 });
  });

  test('is told to subscribers', async () => {
    const id = await createCampaign(app.client(), topicId);
    const watch = watchCampaign(app.client(), id);
    await waitFor('the first event', () => watch.events.length > 0);
    const before = watch.events.length;
    await update(id, { name: 'Lunch' });
    await waitFor('an event', () => watch.events.length > before);
    await change(app.client(), 'cancelCampaign', id);
    await watch.completed;
  });

  describe('refuses', () => {
    const inStatus = async (status: string) => {
      const id = await createCampaign(app.client(), topicId);
      await app.database.query(
        'UPDATE notification_campaign SET status = $2, planned_at = now() WHERE id = $1',
        [id, status],
      );
      return id;
    };

    test.each(['PROCESSING', 'COMPLETED', 'CANCELLED'])('a campaign that is %s', async (status) => {
      const id = await inStatus(status);
      expect((await update(id, { name: 'Lunch' })).userErrors).toMatchObject([
        {
          field: ['id'],
          code: 'INVALID_STATE',
          message: expect.stringContaining('PENDING or SCHEDULED or PAUSED'),
        },
      ]);
    });

    test.each(['PAUSED', 'FAILED'])('the schedule and the chunk size of one that is %s', async (status) => {
      const id = await inStatus(status);
      const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
      expect((await update(id, { scheduledFor })).userErrors).toMatchObject([
        { field: ['input', 'scheduledFor'], code: 'INVALID_STATE' },
      ]);
      expect((await update(id, { pacing: { chunkSize: 5 } })).userErrors).toMatchObject([
        { field: ['input', 'pacing', 'chunkSize'], code: 'INVALID_STATE' },
      ]);
      const slower = await update(id, { pacing: { chunkIntervalMs: 5, sendIntervalMs: 6 } });
      expect(slower.campaign).toMatchObject({ pacing: { chunkIntervalMs: 5, sendIntervalMs: 6 } });
    });

    test('a schedule in the past, a long name and a campaign that does not exist', async () => {
      const id = await createCampaign(app.client(), topicId);
      const refused = await update(id, { scheduledFor: '2020-01-01T00:00:00.000Z', name: 'x'.repeat(201) });
      expect(refused.userErrors.map(({ field }) => field?.at(-1)).sort()).toEqual(['name', 'scheduledFor']);
      expect(await update('999999', { name: 'x' })).toMatchObject({
        campaign: null,
        userErrors: [{ field: ['id'], code: 'NOT_FOUND' }],
      });
    });

    test('who may only look', async () => {
      const { errors } = await overHttp(
        app.url,
        { query: 'mutation { updateCampaign(id: "1", input: {}) { campaign { id } } }' },
        VIEWER_TOKEN,
      );
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    });
  });

  test('is in the audit log with what was changed', async () => {
    const id = await createCampaign(app.client(), topicId);
    await update(id, { name: 'Lunch', buttonText: 'Go' });
    const [entry] = await app.database.query<{ action: string; detail: string }>(
      `SELECT action, detail FROM audit_entry WHERE action = 'updateCampaign' AND campaign_id = $1`,
      [id],
    );
    expect(entry?.detail).toBe('name, buttonText');
  });
});
