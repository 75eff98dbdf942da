import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { linkSignals } from '../kernel/linked-signal.js';
import { unlessAborted } from '../kernel/unless-aborted.js';
import { WatchedConnection } from '../database/watched-connection.js';
import { BotApiError, retryAfterMs, type BotApi } from './bot-api.js';
import { UPDATE_KINDS, type BotUpdate } from './bot-update.js';
import { PollerTurn, type PollerTurnOptions } from './poller-turn.js';
import type { PollingHealth } from './polling-health.js';
import type { UpdateBatch } from './update-batch.js';

export interface UpdatePollerOptions {
  botApi: BotApi;
  turn: PollerTurnOptions;
  databaseUrl: string;
  /** Runs before updates are handled. @throws BotApiError */
  prepare: () => Promise<void>;
  batch: UpdateBatch;
  health: PollingHealth;
  logger: Logger;
}

/** How long Telegram holds a request until an update arrives. */
const LONG_POLL_SECONDS = 25;
/** The same while updates cannot be read, so that recovery is noticed soon. */
const PROBE_SECONDS = 5;
const LONG_POLL_MARGIN_MS = 10_000;
const RETRY_DELAY_MS = 2000;
/** How long the last request of a process that stops may take. */
const CONFIRM_MS = 1000;

/** Reads the updates of a bot in batches when it is its turn. A batch is confirmed only after all of it was handled. */
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
        try {
          await this.pollInTurn(connection);
        } finally {
          await connection.close();
        }
      } catch (error) {
        if (this.stopped()) return;
        health.failed(error);
        await pause(RETRY_DELAY_MS, this.stopping.signal);
      }
    }
  }

  /** @throws if the database cannot be reached */
  private async pollInTurn(connection: WatchedConnection): Promise<void> {
    const { turn: options, health, logger } = this.options;
    const turn = new PollerTurn(connection, options);
    await turn.await(this.stopping.signal, () => {
      health.worked();
    });
    if (this.stopped()) return;
    logger.info('reading the updates of the bot');
    // After the loss of the connection, another process may be the poller.
    const [loss, over] = [new AbortController(), new AbortController()];
    connection.lost.catch(() => {
      loss.abort();
    });
    const end = linkSignals([this.stopping.signal, loss.signal, over.signal]);
    const watching = turn
      .watch(end.signal)
      .catch(() => undefined)
      .finally(() => {
        if (options.rank === 'deputy') over.abort();
      });
    try {
      await this.pollUntil(end.signal, connection);
      if (loss.signal.aborted) await connection.lost;
    } finally {
      over.abort();
      end.unlink();
      await watching;
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
        if (last && areDone) {
          this.offset = last.update_id + 1;
          if (this.stopped()) await this.confirm();
        }
      } catch (error) {
        if (end.aborted) return;
        if (!(error instanceof BotApiError)) throw error;
        health.failed(error);
        await pause(Math.max(RETRY_DELAY_MS, retryAfterMs(error)), end);
      }
      if (end.aborted) return;
    }
  }

  /** The next request would confirm what was handled. Without it the next process replies once more. */
  private async confirm(): Promise<void> {
    const { botApi } = this.options;
    const payload = { offset: this.offset, limit: 1, timeout: 0, allowed_updates: UPDATE_KINDS };
    await botApi.call('getUpdates', payload, { timeoutMs: CONFIRM_MS });
  }

  private stopped(): boolean {
    return this.stopping.signal.aborted;
  }
}
