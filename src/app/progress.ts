import type { Logger } from 'pino';
import type { CampaignListStore } from '../campaigns/campaign-list.store.js';
import { ProgressHub } from '../campaigns/progress-hub.js';
import { PostgresListener } from '../database/listener.js';
import type { ShutdownStack } from './shutdown-stack.js';

/** Channel of the trigger notification_campaign_changed. */
const CHANGES_CHANNEL = 'campaign_changed';

export interface ProgressDeps {
  databaseUrl: string;
  campaignLists: CampaignListStore;
  logger: Logger;
}

/** Starts the hub that the database notifies of changes. Listens when this returns. */
export async function startProgress(
  { databaseUrl, campaignLists, logger }: ProgressDeps,
  shutdown: ShutdownStack,
): Promise<ProgressHub> {
  const hub = new ProgressHub(
    (ids) => campaignLists.findMany(ids),
    (error) => {
      logger.warn({ err: error }, 'progress could not be read');
    },
  );
  const listener = new PostgresListener({
    url: databaseUrl,
    channel: CHANGES_CHANNEL,
    onNotification: (campaignId) => {
      hub.notify(campaignId);
    },
    onConnected: () => {
      hub.notifyAll();
    },
    logger,
  });
  await listener.start();
  shutdown.add(() => listener.close());
  shutdown.add(() => {
    hub.close();
  });
  return hub;
}
