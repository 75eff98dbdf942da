import type { Logger } from 'pino';
import { CampaignChanges } from '../campaigns/campaign-changes.js';
import type { CampaignListStore } from '../campaigns/campaign-list.store.js';
import { readNotice } from '../campaigns/campaign-moves.js';
import { ChangeFeed } from '../campaigns/change-feed.js';
import { ProgressHub } from '../campaigns/progress-hub.js';
import type { PostgresListener } from '../database/listener.js';
import type { ShutdownStack } from './shutdown-stack.js';

/** Channel of the trigger notification_campaign_changed. */
const CHANGES_CHANNEL = 'campaign_changed';

export interface ProgressDeps {
  listener: PostgresListener;
  campaignLists: CampaignListStore;
  logger: Logger;
}

/** What subscriptions to campaigns listen to. */
export interface LiveCampaigns {
  hub: ProgressHub;
  changes: CampaignChanges;
}

/** Starts the distribution of changes that the database notifies of. Listens when this returns. */
export async function startProgress(
  { listener, campaignLists, logger }: ProgressDeps,
  shutdown: ShutdownStack,
): Promise<LiveCampaigns> {
  const feed = new ChangeFeed(
    (ids) => campaignLists.findMany(ids),
    (error) => {
      logger.warn({ err: error }, 'progress could not be read');
    },
  );
  const hub = new ProgressHub(feed);
  const changes = new CampaignChanges(feed);
  const end = await listener.listen({
    name: CHANGES_CHANNEL,
    onNotification: (payload) => {
      const notice = readNotice(payload);
      changes.notify(notice);
      // Every other move comes as a plain change, too.
      if (!notice.moved || notice.deletedVersion !== undefined) hub.notify(notice.id);
    },
    onConnected: () => {
      hub.notifyAll();
      changes.loseTrack();
    },
  });
  shutdown.add(end);
  shutdown.add(() => {
    feed.close();
    hub.close();
    changes.close();
  });
  return { hub, changes };
}
