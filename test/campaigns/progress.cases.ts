import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws/client';
import WebSocket from 'ws';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { graphql, operation } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, TestApp } from '../support/app.js';
import { emptyApp } from '../support/empty.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  startCampaign,
} from '../support/factories.js';
import {
  PROGRESS,
  expectEventsToAddUp,
  watchCampaign,
  type ProgressEvent,
  type Watch,
} from '../support/progress.js';
import { overSocket, socketUrl } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

/** Events of one campaign come at most this close together, apart from the first two. */
const TICK_MS = 250;
const FIRST_USER = 1_000_001;
let pollId: string;

/** A campaign that takes about a second. */
function slowCampaign(): Promise<string> {
  return createCampaign(app.client(), pollId, { pacing: { sendIntervalMs: 30 } });
}

function firstEvent(watch: Watch): Promise<ProgressEvent> {
  return waitFor('the first event', () => watch.events[0]);
}

describe('progress of a campaign', () => {
  beforeAll(async () => {
    await emptyApp(app);
    pollId = await createOpenPoll(app.client());
    await createUsers(app.database, 40, FIRST_USER);
  });
  afterEach(() => {
    app.sandbox.faults.clear();
  });

  describe('campaignProgress', () => {
    test('gives the current state, then every change in order, and ends with the final state', async () => {
      const api = app.client();
      const [blocked, broken] = [FIRST_USER, FIRST_USER + 1];
      app.sandbox.faults.add({ chatId: blocked, answer: FAULT_ANSWERS.blocked });
      app.sandbox.faults.add({ chatId: broken, answer: { kind: 'reset', phase: 'after' } });
      const id = await slowCampaign();

      const watch = watchCampaign(api, id);
      expect(await firstEvent(watch)).toMatchObject({
        campaignId: `campaign_${id}`,
        status: 'PENDING',
        totalUsers: 0,
      });
      const gate = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
      await startCampaign(api, id);
      for (let sent = 1; sent <= 3; sent += 1) {
        gate.release(1);
        await waitFor('the event of it', () => watch.events.find(({ sentUsers }) => sentUsers === sent));
      }
      gate.remove();
      const events = await watch.completed;

      expectEventsToAddUp(events);
      expect(events.filter(({ status }) => status === 'PROCESSING').length).toBeGreaterThanOrEqual(3);
      expect(events.at(-1)).toMatchObject({
        status: 'COMPLETED',
        totalUsers: 40,
        pendingUsers: 0,
        sentUsers: 38,
        failedUsers: 1,
        unconfirmedUsers: 1,
        progressPercentage: 100,
      });
      await app.database.query("UPDATE telegram_user SET status = 'ACTIVE'");
    });

    test('sends at most four events a second, however many reminders are sent', async () => {
      const id = await slowCampaign();
      const watch = watchCampaign(app.client(), id);
      await firstEvent(watch);
      await startCampaign(app.client(), id);
      const instants = (await watch.completed).map(({ at }) => Date.parse(at));
      const spanMs = (instants.at(-1) ?? 0) - (instants[0] ?? 0);

      expect(spanMs).toBeGreaterThan(2 * TICK_MS);
      // The current state and the first change come at once.
      expect(instants.length).toBeLessThanOrEqual(Math.ceil(spanMs / TICK_MS) + 2);
    });

    test('shows the same to everybody who watches, and the state of the moment to who comes late', async () => {
      const api = app.client();
      const id = await slowCampaign();
      const early = [watchCampaign(api, id), watchCampaign(app.client('test-viewer-token-0001'), id)];
      await Promise.all(early.map(firstEvent));
      const gate = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
      await startCampaign(api, id);
      gate.release(1);
      const before = await waitFor('a reminder', () =>
        early[0]?.events.find(({ sentUsers }) => sentUsers > 0),
      );
      const late = watchCampaign(api, id);
      await firstEvent(late);
      gate.remove();
      const [one = [], other = [], last = []] = await Promise.all(
        [...early, late].map(({ completed }) => completed),
      );

      expect(last[0]?.version).toBeGreaterThanOrEqual(before.version);
      expect(last[0]?.status).toBe('PROCESSING');
      const byVersion = new Map(one.map((event) => [event.version, event]));
      for (const events of [one, other, last]) {
        expectEventsToAddUp(events);
        expect(events.at(-1)).toEqual(one.at(-1));
        const shared = events.filter(({ version }) => byVersion.has(version));
        expect(shared.length).toBeGreaterThan(1);
        for (const event of shared) expect(event).toEqual(byVersion.get(event.version));
      }
    });

    test('judges the end of a resumed campaign without the hours of its pause', async () => {
      const api = app.client();
      const id = await slowCampaign();
      const { completed } = watchCampaign(api, id);
      const gate = app.sandbox.faults.add({ answer: FAULT_ANSWERS.held });
      await startCampaign(api, id);
      gate.release(1);
      await waitFor('a reminder', async () => (await campaign(api, id)).sentUsers === 1);
      await api.run(graphql('mutation ($id: ID!) { pauseCampaign(id: $id) { campaign { id } } }'), { id });
      await app.database.query(
        `UPDATE notification_campaign SET started_at = started_at - interval '16 hours',
           running_since = running_since - interval '16 hours' WHERE id = $1`,
        [id],
      );
      await api.run(graphql('mutation ($id: ID!) { resumeCampaign(id: $id) { campaign { id } } }'), { id });
      const shown = await api.run(operation('campaign'), { id });
      gate.remove();

      expect(Date.parse(shown.campaign?.estimatedFinishAt ?? '') - Date.now()).toBeLessThan(60_000);
      expect((await completed).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: 40 });
    });

    test('gives one event and ends when the campaign is finished', async () => {
      const api = app.client();
      const id = await createCampaign(api, pollId);
      await startCampaign(api, id);
      await watchCampaign(api, id).completed;

      const events = await watchCampaign(api, id).completed;
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ status: 'COMPLETED', sentUsers: 40, pendingUsers: 0 });
    });

    test.each(['999999', 'no-number', '99999999999999999999'])(
      'refuses the unknown campaign %s with NOT_FOUND',
      async (campaignId) => {
        const answer = await overSocket(app.url, { query: PROGRESS, variables: { campaignId } });
        expect(answer.errors?.map(({ extensions }) => extensions?.code)).toEqual(['NOT_FOUND']);
        expect(answer.data ?? null).toBeNull();
      },
    );

    test('ends with NOT_FOUND when the campaign is deleted', async () => {
      const api = app.client();
      const id = await createCampaign(api, pollId);
      const other = await createCampaign(api, pollId);
      const [watch, stays] = [watchCampaign(api, id), watchCampaign(api, other)];
      await Promise.all([firstEvent(watch), firstEvent(stays)]);
      // What is read again for a newcomer has been read before the next change of another campaign comes.
      await api.run(operation('updateCampaign'), { id: other, input: { name: 'Other' } });
      await waitFor('the change', () => stays.events.length > 1);
      await api.run(operation('deleteCampaign'), { id });
      await expect(watch.completed).rejects.toThrow(`There is no campaign ${id}.`);
      await startCampaign(api, other);
      expect((await stays.completed).at(-1)?.status).toBe('COMPLETED');
    });

    test('sends nothing more to who has unsubscribed', async () => {
      const api = app.client();
      const id = await slowCampaign();
      const client = createClient({
        url: socketUrl(app.url),
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
      const received: unknown[] = [];
      const left = client.iterate({ query: PROGRESS, variables: { campaignId: id } });
      received.push(await left.next());
      await left.return?.();

      const stays = watchCampaign(api, id);
      await firstEvent(stays);
      await startCampaign(api, id);
      expect((await stays.completed).at(-1)?.status).toBe('COMPLETED');
      expect(received).toHaveLength(1);
      expect(await left.next()).toEqual({ done: true, value: undefined });
      await client.dispose();
    });
  });

  test('a process with subscribers stops cleanly, and tells them that it goes away', async () => {
    const own = await TestApp.start();
    try {
      const api = own.client();
      const id = await createCampaign(api, await createOpenPoll(api));
      const codes: number[] = [];
      const client = createClient({
        url: socketUrl(own.url),
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${ADMIN_TOKEN}` },
        retryAttempts: 0,
        on: { closed: (event) => codes.push((event as { code: number }).code) },
      });
      const stays = client.iterate({ query: PROGRESS, variables: { campaignId: id } });
      const leaves = client.iterate({ query: PROGRESS, variables: { campaignId: id } });
      await Promise.all([stays.next(), leaves.next()]);
      await leaves.return?.();
      expect((await campaign(api, id)).status).toBe('PENDING');

      const [running] = own.processes;
      running?.kill('SIGTERM');
      await expect(stays.next()).rejects.toMatchObject({ code: 1001 });
      expect(await running?.exited).toBe(0);
      expect(codes).toEqual([1001]);
    } finally {
      await own.stop();
    }
  });
});
