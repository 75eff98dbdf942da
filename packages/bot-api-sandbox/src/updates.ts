import { conflict } from './api-error.js';
import type { ApiError } from './api-error.js';
import type { Update, UpdateContent } from './types.js';

export interface PollRequest {
  /** Updates below it are confirmed; a negative one counts from the end. */
  offset: number;
  limit: number;
  timeoutMs: number;
}

interface OpenPoll {
  offset: number;
  limit: number;
  answer: (updates: Update[]) => void;
  refuse: (error: ApiError) => void;
}

/** The bot's queue of updates: getUpdates reads it with long polling, a webhook drains it. */
export class UpdateQueue {
  #pending: Update[] = [];
  // Ids go on from an earlier sandbox's, so that a bot which remembers what it has handled
  // does not take new updates for old ones.
  #nextId = Math.floor(Date.now() / 1000);
  #poll: OpenPoll | undefined;
  /** The kinds that are queued; all when empty. */
  allowed: readonly string[] = [];
  /** Called when an update was queued and no poll took it. */
  onQueued: () => void = () => undefined;

  get pending(): readonly Update[] {
    return this.#pending;
  }

  push(content: UpdateContent): Update {
    const update: Update = { update_id: this.#nextId++, ...content };
    const isWanted = Object.keys(content).some((kind) => this.allowed.includes(kind));
    if (this.allowed.length > 0 && !isWanted) return update;
    this.#pending.push(update);
    const poll = this.#poll;
    if (poll === undefined) this.onQueued();
    // A poll may ask for later updates only: it goes on waiting.
    else if (update.update_id >= poll.offset) poll.answer(this.#batch(poll.offset, poll.limit));
    return update;
  }

  /**
   * Answers at once when there is something, else when something comes, else with nothing after the
   * timeout. A newer call ends an older one that still waits.
   * @param signal aborted when the client has gone
   * @throws ApiError 409 when ended by another request
   */
  poll({ offset, limit, timeoutMs }: PollRequest, signal: AbortSignal): Promise<Update[]> {
    this.interrupt('terminated by other getUpdates request; make sure that only one bot instance is running');
    this.#confirm(offset);
    const batch = this.#batch(offset, limit);
    if (batch.length > 0 || timeoutMs <= 0 || signal.aborted) return Promise.resolve(batch);
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        if (this.#poll === poll) this.#poll = undefined;
      };
      const poll: OpenPoll = {
        offset,
        limit,
        answer: (updates) => {
          finish();
          resolve(updates);
        },
        refuse: (error) => {
          finish();
          reject(error);
        },
      };
      const giveUp = (): void => {
        poll.answer([]);
      };
      const timer = setTimeout(giveUp, timeoutMs);
      signal.addEventListener('abort', giveUp);
      this.#poll = poll;
    });
  }

  /** Ends an open poll with 409. */
  interrupt(reason: string): void {
    this.#poll?.refuse(conflict(reason));
  }

  drop(update: Update): void {
    this.#pending = this.#pending.filter((other) => other !== update);
  }

  dropAll(): void {
    this.#pending = [];
  }

  close(): void {
    this.#poll?.answer([]);
  }

  #confirm(offset: number): void {
    if (offset > 0) this.#pending = this.#pending.filter((update) => update.update_id >= offset);
    if (offset < 0) this.#pending = this.#pending.slice(offset);
  }

  #batch(offset: number, limit: number): Update[] {
    const wanted = offset > 0 ? this.#pending.filter((update) => update.update_id >= offset) : this.#pending;
    return wanted.slice(0, limit);
  }
}
