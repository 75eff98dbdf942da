import type { Logger } from 'pino';
import { SendRate } from '../campaigns/send-rate.js';
import { pause } from '../kernel/pause.js';
import type { StandstillStore } from './standstill.store.js';

/** How soon a standstill is told, and how often the rate of a campaign is sampled. */
const LOOK_INTERVAL_MS = 1000;

/** Watches the running campaigns: how fast they send, and why they do not. Costs one small read a second without any. */
export class RunningWatch {
  private readonly stopping = new AbortController();
  private loop: Promise<void> | undefined;
  private rates = new Map<string, { rate: SendRate; perSecond: number }>();

  constructor(
    private readonly store: StandstillStore,
    private readonly logger: Logger,
  ) {}

  /** Messages accepted a second over the last ten seconds; 0 for a campaign that does not run. */
  messagesPerSecond(campaignId: string): number {
    return this.rates.get(campaignId)?.perSecond ?? 0;
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.look();
      } catch (error) {
        this.logger.warn({ err: error }, 'the running campaigns could not be looked at');
      }
      await pause(LOOK_INTERVAL_MS, signal);
    }
  }

  private async look(): Promise<void> {
    const running = await this.store.running();
    const now = Date.now();
    this.rates = new Map(
      running.map(({ id, sentUsers }) => {
        const rate = this.rates.get(id)?.rate ?? new SendRate();
        return [id, { rate, perSecond: rate.observe(sentUsers, now) }];
      }),
    );
    if (running.length > 0) await this.store.keep();
  }
}
