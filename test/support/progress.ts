import { expect } from '@jest/globals';
import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql, type ApiDocument, type ResultOf } from '../../src/cli/graphql.js';

export const PROGRESS_FIELDS = `campaignId version status totalUsers pendingUsers sentUsers failedUsers skippedUsers
  unconfirmedUsers progressPercentage at`;
export const PROGRESS = graphql(`subscription ($campaignId: ID!) {
  campaignProgress(campaignId: $campaignId) { ${PROGRESS_FIELDS} }
}`);
export type ProgressEvent = ResultOf<typeof PROGRESS>['campaignProgress'];

/** A subscription that has been opened. */
export interface Watch<E = ProgressEvent> {
  /** What has come so far. The array is live. */
  events: E[];
  /** Resolves with all events when the server completes the subscription. */
  completed: Promise<E[]>;
}

/** Subscribes to a campaign and collects its events. */
export function watchCampaign(api: ApiClient, campaignId: string): Watch {
  return watchFields(api, campaignId, PROGRESS);
}

/** The same with fields of one's own. */
export function watchFields<Event>(
  api: ApiClient,
  campaignId: string,
  document: ApiDocument<{ campaignProgress: Event }, { readonly campaignId: string }>,
): Watch<Event> {
  const events: Event[] = [];
  async function collect(): Promise<Event[]> {
    const subscription = api.subscribe(document, { campaignId });
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
