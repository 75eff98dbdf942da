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
  mailboxes: Set<Mailbox<ProgressSnapshot>>;
  rate: SendRate;
  last: ProgressSnapshot | undefined;
}

/** Whether nothing about the campaign changes any more by itself. */
function isFinal({ status, pendingUsers }: NotificationCampaign): boolean {
  // The reminders under way when a campaign is cancelled still get their answers.
  if (status === CampaignStatus.CANCELLED) return pendingUsers === 0;
  return FINAL_STATUSES.includes(status);
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
    return [...this.topics.values()].reduce((sum, topic) => sum + topic.mailboxes.size, 0);
  }

  /** Ends all subscriptions. */
  close(): void {
    clearTimeout(this.timer);
    for (const topic of this.topics.values()) for (const mailbox of topic.mailboxes) mailbox.finish();
  }

  /** The current state at once, then the newest after each change, with rising version; ends after the final one. */
  watch(campaign: NotificationCampaign): AsyncIterableIterator<ProgressSnapshot> {
    const topic = this.topics.get(campaign.id) ?? {
      mailboxes: new Set(),
      rate: new SendRate(),
      last: undefined,
    };
    const mailbox = new Mailbox<ProgressSnapshot>(() => {
      topic.mailboxes.delete(mailbox);
      if (topic.mailboxes.size === 0 && this.topics.get(campaign.id) === topic)
        this.topics.delete(campaign.id);
    });
    topic.mailboxes.add(mailbox);
    this.topics.set(campaign.id, topic);
    const isNews = campaign.version > (topic.last?.campaign.version ?? 0);
    deliver(mailbox, isNews || !topic.last ? this.snapshot(topic, campaign) : topic.last);
    // It may have changed between its being read and the start of watching.
    this.notify(campaign.id);
    return mailbox;
  }

  private snapshot(topic: Topic, campaign: NotificationCampaign): ProgressSnapshot {
    const at = new Date();
    topic.last = { campaign, messagesPerSecond: topic.rate.observe(campaign.sentUsers, at.getTime()), at };
    return topic.last;
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
    if (!topic || campaign.version <= (topic.last?.campaign.version ?? 0)) return;
    const snapshot = this.snapshot(topic, campaign);
    for (const mailbox of topic.mailboxes) deliver(mailbox, snapshot);
  }
}
