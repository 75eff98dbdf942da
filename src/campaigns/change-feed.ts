import type { NotificationCampaign } from './campaign.entity.js';

/** At most four events per second for one campaign. */
const TICK_MS = 250;

/** Somebody to whom changed campaigns are handed. */
export interface ChangeConsumer {
  /** Removes and returns the campaigns that it wants read now. @param now in milliseconds */
  take(now: number): string[];
  publish(campaigns: readonly NotificationCampaign[], now: number): void;
  /** Takes again what could not be read. */
  requeue(ids: readonly string[]): void;
  /** Whether it waits for another tick. */
  isWaiting(): boolean;
}

/** Reads changed campaigns: one statement a tick, whatever the number of consumers, subscribers and campaigns. */
export class ChangeFeed {
  private readonly consumers: ChangeConsumer[] = [];
  private timer: NodeJS.Timeout | undefined;
  private lastTickAt = 0;
  private closed = false;

  constructor(
    private readonly readCampaigns: (ids: string[]) => Promise<NotificationCampaign[]>,
    private readonly onError: (error: unknown) => void,
  ) {}

  add(consumer: ChangeConsumer): void {
    this.consumers.push(consumer);
  }

  /** Lets a tick come, if a consumer waits for one. */
  wake(): void {
    if (this.closed || !this.consumers.some((consumer) => consumer.isWaiting())) return;
    this.timer ??= setTimeout(() => void this.tick(), Math.max(0, this.lastTickAt + TICK_MS - Date.now()));
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async tick(): Promise<void> {
    const now = Date.now();
    this.lastTickAt = now;
    const wanted = this.consumers.map((consumer) => ({ consumer, ids: consumer.take(now) }));
    const ids = [...new Set(wanted.flatMap((want) => want.ids))];
    try {
      const campaigns = ids.length > 0 ? await this.readCampaigns(ids) : [];
      for (const { consumer } of wanted) consumer.publish(campaigns, now);
    } catch (error) {
      this.onError(error);
      for (const { consumer, ids: taken } of wanted) consumer.requeue(taken);
    }
    this.timer = undefined;
    this.wake();
  }
}
