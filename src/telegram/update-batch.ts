import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import type { BotUpdate } from './bot-update.js';

export interface UpdateBatchOptions {
  /** Throws when the update cannot be handled now; it is tried again then. */
  handle: (update: BotUpdate) => Promise<void>;
  logger: Logger;
}

/** While an update of one chat is tried again, those of so many others less one go on. */
const CHATS_AT_ONCE = 16;
const RETRY_DELAY_MS = 2000;
/** An update that fails this often is given up, so that it does not hold up all that come after it. */
const MAX_TRIES = 5;

/** Handles the updates that come together: those of different chats side by side, those of one chat in their order. */
export class UpdateBatch {
  /** Of a batch that was not brought to its end, and so comes again. */
  private readonly done = new Set<number>();

  constructor(private readonly options: UpdateBatchOptions) {}

  /**
   * @param checkDatabase throws when the database cannot be reached: nothing is given up then
   * @param end aborted when no more may be handled
   * @returns whether each was handled or given up, so that they can be confirmed
   * @throws what checkDatabase throws, when nothing is under way any more
   */
  async handle(
    updates: readonly BotUpdate[],
    checkDatabase: () => Promise<unknown>,
    end: AbortSignal,
  ): Promise<boolean> {
    const ids = new Set(updates.map((update) => update.update_id));
    for (const id of this.done) if (!ids.has(id)) this.done.delete(id);
    const chats = chatsOf(updates.filter((update) => !this.done.has(update.update_id)));
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

/** The updates of each chat, in order; one of no chat stands alone. */
function chatsOf(updates: readonly BotUpdate[]): BotUpdate[][] {
  const chats = new Map<string, BotUpdate[]>();
  for (const update of updates) {
    const chat = (update.message ?? update.my_chat_member)?.chat;
    const key = chat ? `chat ${chat.id}` : `update ${update.update_id}`;
    chats.set(key, [...(chats.get(key) ?? []), update]);
  }
  return [...chats.values()];
}
