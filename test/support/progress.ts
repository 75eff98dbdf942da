import type { ApiClient } from '../../src/cli/api-client.js';

export interface ProgressEvent {
  campaignId: string;
  version: number;
  status: string;
  totalUsers: number;
  pendingUsers: number;
  sentUsers: number;
  failedUsers: number;
  skippedUsers: number;
  unconfirmedUsers: number;
  progressPercentage: number;
  at: string;
}

export const PROGRESS = `subscription ($campaignId: ID!) {
  campaignProgress(campaignId: $campaignId) {
    campaignId version status totalUsers pendingUsers sentUsers failedUsers skippedUsers unconfirmedUsers
    progressPercentage at
  }
}`;

/** A subscription that has been opened. */
export interface Watch {
  /** What has come so far. The array is live. */
  events: ProgressEvent[];
  /** Resolves with all events when the server completes the subscription. */
  completed: Promise<ProgressEvent[]>;
}

/** Subscribes to a campaign and collects its events. */
export function watchCampaign(api: ApiClient, campaignId: string): Watch {
  const events: ProgressEvent[] = [];
  async function collect(): Promise<ProgressEvent[]> {
    const subscription = api.subscribe<{ campaignProgress: ProgressEvent }>(PROGRESS, { campaignId });
    for await (const { campaignProgress } of subscription) events.push(campaignProgress);
    return events;
  }
  return { events, completed: collect() };
}
