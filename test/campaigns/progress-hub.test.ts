import { expect, test } from '@jest/globals';
import { NotificationCampaign } from '../../src/campaigns/campaign.entity.js';
import { CampaignStatus } from '../../src/campaigns/lifecycle.js';
import { ChangeFeed } from '../../src/campaigns/change-feed.js';
import { ProgressHub } from '../../src/campaigns/progress-hub.js';

function campaignAt(version: number, status: CampaignStatus): NotificationCampaign {
  const ledger = { totalUsers: 2, pendingUsers: 0, sentUsers: 2, failedUsers: 0, skippedUsers: 0 };
  return Object.assign(new NotificationCampaign(), { id: '1', version, status, ...ledger });
}

test('a newcomer who brings the final state takes it from nobody who watched before', async () => {
  const running = campaignAt(1, CampaignStatus.PROCESSING);
  const completed = campaignAt(2, CampaignStatus.COMPLETED);
  const feed = new ChangeFeed(
    () => Promise.resolve([completed]),
    (error) => {
      throw error;
    },
  );
  const hub = new ProgressHub(feed);
  const versionsSeenBy = async (first: NotificationCampaign) => {
    const versions: number[] = [];
    for await (const { campaign } of hub.watch(first)) versions.push(campaign.version);
    return versions;
  };

  const early = versionsSeenBy(running);
  const late = versionsSeenBy(completed);

  expect(await late).toEqual([2]);
  expect(await early).toEqual([1, 2]);
  expect(hub.watchers()).toBe(0);
});
