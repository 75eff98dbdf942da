import type { Logger } from 'pino';
import type { CampaignListStore } from '../campaigns/campaign-list.store.js';
import { ProgressHub } from '../campaigns/progress-hub.js';
import { PostgresListener } from '../database/listener.js';
import type { Undo } from './undo.js';

/** Changes of campaigns, announced by the database (see the trigger notification_campaign_changed). */
const CHANGES_CHANNEL = 'campaign_changed';

export interface ProgressParts {
  databaseUrl: string;
  campaignLists: CampaignListStore;
  logger: Logger;
}

/** The hub that is told by the database what has changed. Listens when this returns. */
export async function startProgress(
  { databaseUrl, campaignLists, logger }: ProgressParts,
  undo: Undo,
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
  undo.add(() => listener.close());
  undo.add(() => {
    hub.close();
  });
  return hub;
}
