import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { chatOf, type BotUpdate } from './bot-update.js';

export interface UpdateBatchOptions {
  /** Throws if the update cannot be handled now; then it is retried. */
  handle: (update: BotUpdate) => Promise<void>;
  /** Called for every update before the first is handled. */
  arrived?: (update: BotUpdate) => void;
  logger: Logger;
}

/** Chats whose updates are handled concurrently. */
const CHATS_AT_ONCE = 16;
const RETRY_DELAY_MS = 2000;
/** An update that fails this often is dropped, so that it does not hold up later ones. */
const MAX_TRIES = 5;

/** Handles a batch of updates: different chats concurrently, those of one chat in order. */
export class UpdateBatch {
  /** Updates of an unfinished batch, which will be read again. */
  private readonly done = new Set<number>();

  constructor(private readonly options: UpdateBatchOptions) {}

  /**
   * @param checkDatabase throws if the database cannot be reached; then no update is dropped
   * @param end aborted when no more updates may be handled
   * @returns whether every update was handled or dropped, so that the batch can be confirmed
   * @throws what checkDatabase throws, after the handlers have ended
   */
  async handle(
    updates: readonly BotUpdate[],
    checkDatabase: () => Promise<unknown>,
    end: AbortSignal,
  ): Promise<boolean> {
    const ids = new Set(updates.map((update) => update.update_id));
    for (const id of this.done) if (!ids.has(id)) this.done.delete(id);
    const open = updates.filter((update) => !this.done.has(update.update_id));
    for (const update of open) this.options.arrived?.(update);
    const chats = groupByChat(open);
    const failures: unknown[] = [];
    const work = async () => {
      for (let chat = chats.shift(); chat; chat = chats.shift()) {
        for (const update of chat) {
          if (end.aborted || failures.length > 0) return;
          await this.handleOne(update, checkDatabase, end);
        }
      }
    };
    const workers = Array.from({ length: CHATS_AT_ONCE }, () =>
      work().catch((error: unknown) => failures.push(error)),
    );
    await Promise.all(workers);
    if (failures.length > 0) throw failures[0];
    return [...ids].every((id) => this.done.has(id));
  }

  private async handleOne(
    update: BotUpdate,
    checkDatabase: () => Promise<unknown>,
    end: AbortSignal,
  ): Promise<void> {
    const { handle, logger } = this.options;
    const { update_id: updateId } = update;
    for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
      try {
        await handle(update);
        break;
      } catch (error) {
        logger.warn({ err: error, updateId, attempt }, 'an update was not handled');
        await pause(RETRY_DELAY_MS, end);
        if (end.aborted) return;
        await checkDatabase();
      }
    }
    this.done.add(updateId);
  }
}

/** Groups updates by chat, in order. An update without a chat is a group of its own. */
function groupByChat(updates: readonly BotUpdate[]): BotUpdate[][] {
  const chats = new Map<string, BotUpdate[]>();
  for (const update of updates) {
    const chat = chatOf(update);
    const key = chat === undefined ? `update ${update.update_id}` : `chat ${chat}`;
    chats.set(key, [...(chats.get(key) ?? []), update]);
  }
  return [...chats.values()];
}
