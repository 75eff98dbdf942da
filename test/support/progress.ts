import { expect } from '@jest/globals';
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
export interface Watch<E = ProgressEvent> {
  /** What has come so far. The array is live. */
  events: E[];
  /** Resolves with all events when the server completes the subscription. */
  completed: Promise<E[]>;
}

/** Subscribes to a campaign and collects its events. @param query what is asked of each */
export function watchCampaign<E = ProgressEvent>(
  api: ApiClient,
  campaignId: string,
  query = PROGRESS,
): Watch<E> {
  const events: E[] = [];
  async function collect(): Promise<E[]> {
    const subscription = api.subscribe<{ campaignProgress: E }>(query, { campaignId });
    for await (const { campaignProgress } of subscription) events.push(campaignProgress);
    return events;
  }
  return { events, completed: collect() };
}

/** What the events of one subscription must have in common, whatever happens: they add up, and none comes twice or late. */
export function expectEventsToAddUp(events: readonly ProgressEvent[]): void {
  const wrong = events.filter(
    (event) =>
      event.totalUsers !==
      event.pendingUsers + event.sentUsers + event.failedUsers + event.skippedUsers + event.unconfirmedUsers,
  );
  expect(wrong).toEqual([]);
  const versions = events.map((event) => event.version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
}
