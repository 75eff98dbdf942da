import type { CampaignFacts } from './campaign-filter.js';

/** A notification of the trigger notification_campaign_changed. */
export type CampaignNotice =
  | { id: string; moved: false }
  | {
      id: string;
      moved: true;
      /** What the campaign was before; null for a new one. */
      before: CampaignFacts | null;
      /** Set for a campaign that was deleted. */
      deletedVersion: number | undefined;
    };

interface Payload {
  id: string;
  before: (Omit<CampaignFacts, 'createdAt' | 'scheduledFor' | 'startedAt'> & Instants) | null;
  deletedVersion?: number;
}

interface Instants {
  createdAt: string;
  scheduledFor: string | null;
  startedAt: string | null;
}

function toDate(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant);
}

/** Reads the payload of a notification: the number of a campaign, or an object with what it was before. */
export function readNotice(payload: string): CampaignNotice {
  if (!payload.startsWith('{')) return { id: payload, moved: false };
  const { id, before, deletedVersion } = JSON.parse(payload) as Payload;
  return {
    id,
    moved: true,
    before: before && {
      ...before,
      createdAt: new Date(before.createdAt),
      scheduledFor: toDate(before.scheduledFor),
      startedAt: toDate(before.startedAt),
    },
    deletedVersion,
  };
}
