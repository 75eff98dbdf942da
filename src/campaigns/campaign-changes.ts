import { CodedError } from '../kernel/errors.js';
import type { NotificationCampaign } from './campaign.entity.js';
import { matchesFilter, type CampaignFacts } from './campaign-filter.js';
import type { CampaignNotice } from './campaign-moves.js';
import type { CampaignFilter } from './campaign.types.js';
import type { ChangeConsumer, ChangeFeed } from './change-feed.js';
import { ChangeStream } from './change-stream.js';

const EVENT_INTERVAL_MS = 1000;

/** A campaign that has changed, or one that was deleted. */
export type ChangedCampaign =
  | { campaign: NotificationCampaign; deletedId: null; version: number }
  | { campaign: null; deletedId: string; version: number };

interface Pending {
  /** What it was before each change that a filter may see since its last event: somebody may have read it at any time. */
  before: readonly CampaignFacts[];
  deletedVersion?: number | undefined;
}

/**
 * Distributes the changes of all campaigns to those who follow a list in this process: at most one event a second for a
 * campaign, to those whose filter it matched before or after the change.
 */
export class CampaignChanges implements ChangeConsumer {
  private readonly followers = new Map<ChangeStream<ChangedCampaign>, CampaignFilter>();
  private readonly pending = new Map<string, Pending>();
  /** Taken from the pending ones for the tick that is under way. */
  private reading = new Map<string, Pending>();
  private readonly sentAt = new Map<string, number>();

  constructor(private readonly feed: Pick<ChangeFeed, 'add' | 'wake'>) {
    feed.add(this);
  }

  follow(filter: CampaignFilter): AsyncIterableIterator<ChangedCampaign> {
    const stream = new ChangeStream<ChangedCampaign>(() => {
      this.followers.delete(stream);
      if (this.followers.size === 0) this.pending.clear();
    });
    this.followers.set(stream, filter);
    return stream;
  }

  /** Number of followers in this process. */
  size(): number {
    return this.followers.size;
  }

  notify(notice: CampaignNotice): void {
    if (this.followers.size === 0) return;
    const { id } = notice;
    if (!notice.moved) this.note(id, { before: [] });
    else
      this.note(id, { before: notice.before ? [notice.before] : [], deletedVersion: notice.deletedVersion });
    this.feed.wake();
  }

  /** Ends all subscriptions with an error, since notifications may have been lost. */
  loseTrack(): void {
    for (const stream of this.followers.keys())
      stream.end(
        new CodedError('CHANGES_LOST', 'Changes may have been lost: subscribe again, then query the list.'),
      );
    this.pending.clear();
  }

  close(): void {
    for (const stream of this.followers.keys()) stream.end();
  }

  take(now: number): string[] {
    for (const [id, at] of this.sentAt) if (now - at >= EVENT_INTERVAL_MS) this.sentAt.delete(id);
    this.reading = new Map([...this.pending].filter(([id]) => !this.sentAt.has(id)));
    for (const id of this.reading.keys()) this.pending.delete(id);
    return [...this.reading.keys()];
  }

  requeue(): void {
    const later = new Map(this.pending);
    this.pending.clear();
    for (const [id, noted] of [...this.reading, ...later]) this.note(id, noted);
  }

  isWaiting(): boolean {
    return this.pending.size > 0;
  }

  publish(campaigns: readonly NotificationCampaign[], now: number): void {
    const found = new Map(campaigns.map((campaign) => [campaign.id, campaign]));
    for (const [id, { before, deletedVersion }] of this.reading) {
      const campaign = found.get(id);
      if (deletedVersion !== undefined)
        this.send(id, now, { campaign: null, deletedId: id, version: deletedVersion }, before);
      // None: it was deleted, and that notice is to come.
      else if (campaign)
        this.send(id, now, { campaign, deletedId: null, version: campaign.version }, [...before, campaign]);
    }
  }

  /** Adds a change to those of the same campaign that wait. */
  private note(id: string, { before, deletedVersion }: Pending): void {
    const known = this.pending.get(id);
    this.pending.set(id, {
      before: [...(known?.before ?? []), ...before],
      deletedVersion: deletedVersion ?? known?.deletedVersion,
    });
  }

  private send(id: string, now: number, event: ChangedCampaign, states: readonly CampaignFacts[]): void {
    this.sentAt.set(id, now);
    for (const [stream, filter] of this.followers) {
      if (states.some((facts) => matchesFilter(filter, facts))) stream.put(id, event);
    }
  }
}
