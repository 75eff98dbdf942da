import { beforeEach, expect, test } from '@jest/globals';
import { CampaignChanges, type ChangedCampaign } from '../../src/campaigns/campaign-changes.js';
import { NotificationCampaign } from '../../src/campaigns/campaign.entity.js';
import { CampaignStatus } from '../../src/campaigns/lifecycle.js';

const SECOND = 1000;
let changes: CampaignChanges;
beforeEach(() => {
  changes = new CampaignChanges({ add: () => undefined, wake: () => undefined });
});

function campaignAt(id: string, version: number, status = CampaignStatus.PROCESSING): NotificationCampaign {
  const nothing = { topicId: '1', name: null, scheduledFor: null, startedAt: null, failureCode: null };
  const fields = { ...nothing, id, version, status, createdAt: new Date(0), standstillCode: null };
  return Object.assign(new NotificationCampaign(), fields);
}

/** What a tick reads and publishes. */
function tick(now: number, ...campaigns: NotificationCampaign[]): string[] {
  const taken = changes.take(now);
  changes.publish(
    campaigns.filter(({ id }) => taken.includes(id)),
    now,
  );
  return taken;
}

/** The events that wait for a reader. */
async function events(stream: AsyncIterableIterator<ChangedCampaign>): Promise<number[]> {
  changes.close();
  const versions: number[] = [];
  for await (const { version } of stream) versions.push(version);
  return versions;
}

test('of a campaign at most one event a second is sent, and the last change is never lost', async () => {
  const stream = changes.follow({});
  const notice = { id: '1', moved: false } as const;
  changes.notify(notice);
  expect(tick(0, campaignAt('1', 2))).toEqual(['1']);
  changes.notify(notice);
  expect(tick(SECOND - 1, campaignAt('1', 3))).toEqual([]);
  expect(changes.isWaiting()).toBe(true);
  const { value } = (await stream.next()) as { value: ChangedCampaign };
  expect(value.version).toBe(2);
  expect(tick(SECOND, campaignAt('1', 3))).toEqual(['1']);
  expect(changes.isWaiting()).toBe(false);
  expect(await events(stream)).toEqual([3]);
});

test('a change that comes while another is read is read by the next tick', async () => {
  const stream = changes.follow({});
  changes.notify({ id: '1', moved: false });
  changes.take(0);
  changes.notify({ id: '1', moved: false });
  changes.publish([campaignAt('1', 2)], 0);
  expect(tick(SECOND, campaignAt('1', 3))).toEqual(['1']);
  expect(await events(stream)).toEqual([3]);
});

test('what could not be read is read again, with what it was before', async () => {
  const stream = changes.follow({ status: [CampaignStatus.PROCESSING] });
  changes.notify({ id: '1', moved: true, before: campaignAt('1', 1), deletedVersion: undefined });
  changes.take(0);
  changes.requeue();
  expect(tick(1, campaignAt('1', 2, CampaignStatus.COMPLETED))).toEqual(['1']);
  expect(await events(stream)).toEqual([2]);
});

test('a slow reader gets the latest state of each campaign, and the deletion of one', async () => {
  const stream = changes.follow({});
  for (const [now, version] of [
    [0, 2],
    [SECOND, 3],
    [2 * SECOND, 4],
  ] as const) {
    changes.notify({ id: '1', moved: false });
    changes.notify({ id: '2', moved: false });
    tick(now, campaignAt('1', version), campaignAt('2', version + 10));
  }
  changes.notify({ id: '2', moved: true, before: campaignAt('2', 14), deletedVersion: 15 });
  tick(3 * SECOND);
  expect(await events(stream)).toEqual([4, 15]);
});

test('a campaign that was created and deleted within a second is told to whom may have read it', async () => {
  const stream = changes.follow({});
  changes.notify({ id: '1', moved: true, before: null, deletedVersion: undefined });
  changes.notify({ id: '1', moved: true, before: campaignAt('1', 1), deletedVersion: 2 });
  tick(0);
  expect(await events(stream)).toEqual([2]);
});
