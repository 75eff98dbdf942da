import { pause } from '../kernel/pause.js';
import { linkSignals } from '../kernel/linked-signal.js';
import { unlessAborted } from '../kernel/unless-aborted.js';
import { WatchedConnection } from '../database/watched-connection.js';
import { BotApiError, retryAfterMs, type BotApi } from './bot-api.js';
import { UPDATE_KINDS, type BotUpdate } from './bot-update.js';
import type { PollingHealth } from './polling-health.js';
import type { UpdateBatch } from './update-batch.js';

export interface UpdatePollerOptions {
  botApi: BotApi;
  botId: string;
  databaseUrl: string;
  /** Runs before updates are handled. @throws BotApiError */
  prepare: () => Promise<void>;
  batch: UpdateBatch;
  health: PollingHealth;
}

/** How long Telegram holds a request until an update arrives. */
const LONG_POLL_SECONDS = 25;
/** The same while updates cannot be read, so that recovery is noticed soon. */
const PROBE_SECONDS = 5;
const LONG_POLL_MARGIN_MS = 10_000;
const RETRY_DELAY_MS = 2000;
/** How often another process checks whether it must become the poller. */
const TAKE_OVER_MS = 5000;
/** First key of the advisory lock of the poller; the second is derived from the bot. */
const POLLER_LOCK = 7_655_324;

const TAKE_LOCK = 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked';

/**
 * Reads the updates of a bot in batches. Telegram serves one reader only, so the process that holds an advisory lock is the
 * poller. When it dies, the server frees the lock and another process takes over. A batch is confirmed only after all of
 * it was handled.
 */
export class UpdatePoller {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private offset = 0;

  constructor(private readonly options: UpdatePollerOptions) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { databaseUrl: url, health } = this.options;
    while (!this.stopped()) {
      try {
        const connection = await WatchedConnection.open({ url, applicationName: 'pollcast poller' });
        await this.pollIfFirst(connection).finally(() => connection.close());
      } catch (error) {
        if (this.stopped()) return;
        health.failed(error);
        await pause(RETRY_DELAY_MS, this.stopping.signal);
      }
    }
  }

  /** @throws if the database cannot be reached */
  private async pollIfFirst(connection: WatchedConnection): Promise<void> {
    const [lock] = await connection.query<{ locked: boolean }>(TAKE_LOCK, [POLLER_LOCK, this.options.botId]);
    if (!lock?.locked) {
      this.options.health.worked();
      await pause(TAKE_OVER_MS, this.stopping.signal);
      return;
    }
    // After the loss of the connection, another process may be the poller.
    const loss = new AbortController();
    connection.lost.catch(() => {
      loss.abort();
    });
    const end = linkSignals([this.stopping.signal, loss.signal]);
    try {
      await this.pollUntil(end.signal, connection);
      if (loss.signal.aborted) await connection.lost;
    } finally {
      end.unlink();
    }
  }

  /** @throws if the database cannot be reached; then no update may be dropped */
  private async pollUntil(end: AbortSignal, holder: WatchedConnection): Promise<void> {
    const { botApi, prepare, batch, health } = this.options;
    let isWebhookGone = false;
    for (;;) {
      const timeout = health.isFailing() ? PROBE_SECONDS : LONG_POLL_SECONDS;
      try {
        await unlessAborted(prepare(), end);
        // Once: a webhook that somebody sets later belongs to another program.
        if (!isWebhookGone) await botApi.call('deleteWebhook', {}, { signal: end });
        isWebhookGone = true;
        const updates = await botApi.call<BotUpdate[]>(
          'getUpdates',
          { offset: this.offset, timeout, allowed_updates: UPDATE_KINDS },
          { signal: end, timeoutMs: timeout * 1000 + LONG_POLL_MARGIN_MS },
        );
        health.worked();
        const areDone = await batch.handle(updates, () => holder.query('SELECT 1'), end);
        const last = updates.at(-1);
        if (last && areDone) this.offset = last.update_id + 1;
      } catch (error) {
        if (end.aborted) return;
        if (!(error instanceof BotApiError)) throw error;
        health.failed(error);
        await pause(Math.max(RETRY_DELAY_MS, retryAfterMs(error)), end);
      }
      if (end.aborted) return;
    }
  }

  private stopped(): boolean {
    return this.stopping.signal.aborted;
  }
}
