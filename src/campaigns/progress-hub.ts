import type { NotificationCampaign } from './campaign.entity.js';
import { CampaignStatus, FINAL_STATUSES } from './lifecycle.js';
import { Mailbox } from './mailbox.js';
import { SendRate } from './send-rate.js';

/** At most four events a second for one campaign. */
const TICK_MS = 250;

/** One state of a watched campaign. */
export interface ProgressSnapshot {
  campaign: NotificationCampaign;
  /** Messages accepted a second, over the last seconds. */
  messagesPerSecond: number;
  at: Date;
}

interface Topic {
  /** Each with the version that it was given last. */
  watchers: Map<Mailbox<ProgressSnapshot>, number>;
  rate: SendRate;
  /** Read on a tick, or brought by a newcomer: then the others get it on the next tick. */
  newest: ProgressSnapshot | undefined;
}

/** Whether nothing about the campaign changes any more by itself. */
function isFinal({ status, pendingUsers }: NotificationCampaign): boolean {
  // The reminders under way when a campaign is cancelled still get their answers.
  if (status === CampaignStatus.CANCELLED) return pendingUsers === 0;
  return FINAL_STATUSES.includes(status);
}

/** The same to everybody for one version, whoever has read it. */
function newestOf(topic: Topic, campaign: NotificationCampaign): ProgressSnapshot {
  if (topic.newest && topic.newest.campaign.version >= campaign.version) return topic.newest;
  const at = new Date();
  const messagesPerSecond = topic.rate.observe(campaign.sentUsers, at.getTime());
  topic.newest = { campaign, messagesPerSecond, at };
  return topic.newest;
}

function deliver(mailbox: Mailbox<ProgressSnapshot>, snapshot: ProgressSnapshot): void {
  mailbox.put(snapshot);
  if (isFinal(snapshot.campaign)) mailbox.finish();
}

/**
 * Passes changes of campaigns on to whoever watches them in this process. All campaigns that changed since the last
 * tick are read with one statement, however many watch them, and a reader who is slow gets the newest state only.
 */
export class ProgressHub {
  private readonly topics = new Map<string, Topic>();
  private readonly changed = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private lastTickAt = 0;

  constructor(
    private readonly readCampaigns: (ids: string[]) => Promise<NotificationCampaign[]>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Says that a campaign has changed. */
  notify(campaignId: string): void {
    if (!this.topics.has(campaignId)) return;
    this.changed.add(campaignId);
    this.timer ??= setTimeout(() => void this.tick(), Math.max(0, this.lastTickAt + TICK_MS - Date.now()));
  }

  /** Says that changes may have gone unheard. */
  notifyAll(): void {
    for (const campaignId of this.topics.keys()) this.notify(campaignId);
  }

  /** How many watch a campaign in this process. */
  watchers(): number {
    return [...this.topics.values()].reduce((sum, topic) => sum + topic.watchers.size, 0);
  }

  /** Ends all subscriptions. */
  close(): void {
    clearTimeout(this.timer);
    for (const topic of this.topics.values()) for (const mailbox of topic.watchers.keys()) mailbox.finish();
  }

  /** The current state at once, then the newest after each change, with rising version; ends after the final one. */
  watch(campaign: NotificationCampaign): AsyncIterableIterator<ProgressSnapshot> {
    const topic = this.topics.get(campaign.id) ?? {
      watchers: new Map(),
      rate: new SendRate(),
      newest: undefined,
    };
    const mailbox = new Mailbox<ProgressSnapshot>(() => {
      topic.watchers.delete(mailbox);
      if (topic.watchers.size === 0 && this.topics.get(campaign.id) === topic)
        this.topics.delete(campaign.id);
    });
    this.topics.set(campaign.id, topic);
    const current = newestOf(topic, campaign);
    topic.watchers.set(mailbox, current.campaign.version);
    deliver(mailbox, current);
    // It may have changed between its being read and the start of watching.
    this.notify(campaign.id);
    return mailbox;
  }

  private async tick(): Promise<void> {
    this.timer = undefined;
    this.lastTickAt = Date.now();
    const ids = [...this.changed].filter((id) => this.topics.has(id));
    this.changed.clear();
    if (ids.length === 0) return;
    try {
      for (const campaign of await this.readCampaigns(ids)) this.publish(campaign);
    } catch (error) {
      this.onError(error);
      for (const id of ids) this.notify(id);
    }
  }

  private publish(campaign: NotificationCampaign): void {
    const topic = this.topics.get(campaign.id);
    if (!topic) return;
    const newest = newestOf(topic, campaign);
    for (const [mailbox, seen] of topic.watchers) {
      if (newest.campaign.version <= seen) continue;
      topic.watchers.set(mailbox, newest.campaign.version);
      deliver(mailbox, newest);
    }
  }
}
