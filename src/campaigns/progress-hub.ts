import { CodedError } from '../kernel/errors.js';
import { describeMissing } from '../kernel/ids.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { ChangeConsumer, ChangeFeed } from './change-feed.js';
import { CampaignStatus, FINAL_STATUSES } from './lifecycle.js';
import { LatestValueStream } from './latest-value-stream.js';
import { SendRate } from './send-rate.js';

/** One state of a watched campaign. */
export interface ProgressSnapshot {
  campaign: NotificationCampaign;
  /** Accepted messages per second, over the last seconds. */
  messagesPerSecond: number;
  at: Date;
}

interface Channel {
  /** Each with the version it got last. */
  watchers: Map<LatestValueStream<ProgressSnapshot>, number>;
  rate: SendRate;
  /** Read on a tick, or by a new watcher; then the others get it on the next tick. */
  newest: ProgressSnapshot | undefined;
}

/** Whether the campaign no longer changes by itself. */
function isFinal({ status, pendingUsers }: NotificationCampaign): boolean {
  // Reminders under way when a campaign is cancelled still get their answers.
  if (status === CampaignStatus.CANCELLED) return pendingUsers === 0;
  return FINAL_STATUSES.includes(status);
}

/** Returns the same snapshot to every watcher for one version. */
function shareNewest(channel: Channel, campaign: NotificationCampaign): ProgressSnapshot {
  if (channel.newest && channel.newest.campaign.version >= campaign.version) return channel.newest;
  const at = new Date();
  const messagesPerSecond = channel.rate.observe(campaign.sentUsers, at.getTime());
  channel.newest = { campaign, messagesPerSecond, at };
  return channel.newest;
}

function deliver(stream: LatestValueStream<ProgressSnapshot>, snapshot: ProgressSnapshot): void {
  stream.put(snapshot);
  if (isFinal(snapshot.campaign)) stream.finish();
}

/** Distributes changes of campaigns to their watchers in this process. A slow reader gets only the latest state. */
export class ProgressHub implements ChangeConsumer {
  private readonly channels = new Map<string, Channel>();
  private readonly changed = new Set<string>();
  /** Taken from the changed ones for the tick that is under way. */
  private reading: readonly string[] = [];

  constructor(private readonly feed: Pick<ChangeFeed, 'add' | 'wake'>) {
    feed.add(this);
  }

  /** Marks a campaign as changed. */
  notify(campaignId: string): void {
    if (!this.channels.has(campaignId)) return;
    this.changed.add(campaignId);
    this.feed.wake();
  }

  /** Marks all watched campaigns as changed, since notifications may have been lost. */
  notifyAll(): void {
    for (const campaignId of this.channels.keys()) this.notify(campaignId);
  }

  /** Number of watchers in this process. */
  watchers(): number {
    return [...this.channels.values()].reduce((sum, channel) => sum + channel.watchers.size, 0);
  }

  /** Ends all subscriptions. */
  close(): void {
    for (const channel of this.channels.values())
      for (const stream of channel.watchers.keys()) stream.finish();
  }

  /** Yields the current state at once, then the latest after each change, with rising versions; ends after the final one. */
  watch(campaign: NotificationCampaign): AsyncIterableIterator<ProgressSnapshot> {
    const channel = this.channels.get(campaign.id) ?? {
      watchers: new Map(),
      rate: new SendRate(),
      newest: undefined,
    };
    const stream = new LatestValueStream<ProgressSnapshot>(() => {
      channel.watchers.delete(stream);
      if (channel.watchers.size === 0 && this.channels.get(campaign.id) === channel)
        this.channels.delete(campaign.id);
    });
    this.channels.set(campaign.id, channel);
    const current = shareNewest(channel, campaign);
    channel.watchers.set(stream, current.campaign.version);
    deliver(stream, current);
    // It may have changed between the read and the start of watching.
    this.notify(campaign.id);
    return stream;
  }

  take(): string[] {
    this.reading = [...this.changed].filter((id) => this.channels.has(id));
    this.changed.clear();
    return [...this.reading];
  }

  requeue(ids: readonly string[]): void {
    for (const id of ids) this.notify(id);
  }

  isWaiting(): boolean {
    return this.changed.size > 0;
  }

  publish(campaigns: readonly NotificationCampaign[]): void {
    for (const campaign of campaigns) this.publishOne(campaign);
    const found = new Set(campaigns.map(({ id }) => id));
    for (const id of this.reading) if (!found.has(id)) this.endDeleted(id);
  }

  private endDeleted(id: string): void {
    const deleted = new CodedError('NOT_FOUND', describeMissing('campaign', id));
    for (const stream of this.channels.get(id)?.watchers.keys() ?? []) stream.fail(deleted);
  }

  private publishOne(campaign: NotificationCampaign): void {
    const channel = this.channels.get(campaign.id);
    if (!channel) return;
    const newest = shareNewest(channel, campaign);
    for (const [stream, seen] of channel.watchers) {
      if (newest.campaign.version <= seen) continue;
      channel.watchers.set(stream, newest.campaign.version);
      deliver(stream, newest);
    }
  }
}
