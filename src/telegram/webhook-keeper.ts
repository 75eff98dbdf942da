import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { unlessAborted } from '../kernel/unless-aborted.js';
import { BotApiError, retryAfterMs, type BotApi } from './bot-api.js';
import { UPDATE_KINDS } from './bot-update.js';
import type { PollingHealth } from './polling-health.js';

export interface WebhookKeeperOptions {
  botApi: BotApi;
  /** Where Telegram is to deliver, and what shows that it is Telegram. */
  url: string;
  secret: string;
  /** Runs before updates are handled. @throws BotApiError */
  prepare: () => Promise<void>;
  /** Updates can be handled from now on. */
  onReady: () => void;
  health: PollingHealth;
  logger: Logger;
}

interface WebhookInfo {
  url?: string;
  last_error_message?: string;
}

const RETRY_DELAY_MS = 2000;
/** How often it is looked whether the webhook is still there. */
const LOOK_INTERVAL_MS = 60_000;
/** Deliveries at once, as many as Telegram gives unless asked for more. */
const MAX_CONNECTIONS = 40;

/** Sets the webhook of the bot, and sets it again when somebody has taken it away. It is left when the process ends. */
export class WebhookKeeper {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private isSet = false;
  private lastTrouble: string | undefined;

  constructor(private readonly options: WebhookKeeperOptions) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { prepare, onReady, health } = this.options;
    const { signal } = this.stopping;
    while (!this.stopped()) {
      try {
        await unlessAborted(prepare(), signal);
        onReady();
        await this.keep();
        health.worked();
        await pause(LOOK_INTERVAL_MS, signal);
      } catch (error) {
        if (this.stopped()) return;
        health.failed(error);
        const wait = error instanceof BotApiError ? retryAfterMs(error) : 0;
        await pause(Math.max(RETRY_DELAY_MS, wait), signal);
      }
    }
  }

  private stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async keep(): Promise<void> {
    const { botApi, url, secret, logger } = this.options;
    const { signal } = this.stopping;
    if (this.isSet) {
      const info = await botApi.call<WebhookInfo>('getWebhookInfo', {}, { signal });
      const trouble = info.last_error_message;
      if (trouble !== undefined && trouble !== this.lastTrouble)
        logger.warn({ trouble }, 'Telegram could not deliver updates to WEBHOOK_URL');
      this.lastTrouble = trouble;
      if (info.url === url) return;
      logger.warn('somebody has changed the webhook of the bot: it is set again');
    }
    await botApi.call(
      'setWebhook',
      { url, secret_token: secret, allowed_updates: UPDATE_KINDS, max_connections: MAX_CONNECTIONS },
      { signal },
    );
    this.isSet = true;
  }
}
