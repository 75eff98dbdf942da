import { setTimeout as delay } from 'node:timers/promises';
import type { Update } from './types.js';
import type { UpdateQueue } from './updates.js';

const ATTEMPTS = 5;
const FIRST_RETRY_MS = 50;
const REQUEST_TIMEOUT_MS = 10_000;

export interface WebhookTarget {
  url: string;
  secretToken: string | undefined;
}

/** Posts the queue's updates to the bot's own server, one after another, in their order. */
export class WebhookSender {
  target: WebhookTarget | undefined;
  lastError: string | undefined;
  #draining = false;
  readonly #closing = new AbortController();

  constructor(private readonly queue: UpdateQueue) {
    queue.onQueued = () => {
      this.drain();
    };
  }

  set(target: WebhookTarget | undefined): void {
    this.target = target;
    this.lastError = undefined;
    this.drain();
  }

  /** Starts to deliver, unless that is under way or there is no webhook. */
  drain(): void {
    if (this.#draining || this.target === undefined) return;
    this.#draining = true;
    void this.#deliverAll().finally(() => {
      this.#draining = false;
      // A webhook set while the last delivery was ending must not wait for the next update.
      if (this.queue.pending.length > 0 && !this.#closing.signal.aborted) this.drain();
    });
  }

  close(): void {
    this.target = undefined;
    this.#closing.abort();
  }

  async #deliverAll(): Promise<void> {
    for (;;) {
      const update = this.queue.pending[0];
      if (update === undefined || this.target === undefined) return;
      const settled = await this.#deliver(update);
      // Telegram gives up on an update in the end, rather than holding up those behind it.
      if (settled) this.queue.drop(update);
    }
  }

  /** @returns false when the webhook was taken away or replaced meanwhile */
  async #deliver(update: Update): Promise<boolean> {
    const target = this.target;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (target === undefined || target !== this.target) return false;
      if (await this.#post(target, update)) return true;
      await delay(FIRST_RETRY_MS * 2 ** attempt, undefined, { signal: this.#closing.signal }).catch(
        () => undefined,
      );
    }
    return target === this.target;
  }

  async #post(target: WebhookTarget, update: Update): Promise<boolean> {
    const headers: Record<string, string> = { 'content-type': 'application/json', connection: 'close' };
    if (target.secretToken !== undefined) headers['x-telegram-bot-api-secret-token'] = target.secretToken;
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        headers,
        body: JSON.stringify(update),
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      if (response.ok) return true;
      this.lastError = `Wrong response from the webhook: ${response.status} ${response.statusText}`;
    } catch {
      this.lastError = 'Connection failed';
    }
    return false;
  }
}
