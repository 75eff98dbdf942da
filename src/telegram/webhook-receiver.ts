import type { Logger } from 'pino';
import { chatOf, type BotUpdate } from './bot-update.js';

export interface WebhookReceiverOptions {
  /** Throws if the update cannot be handled now; then Telegram delivers it again. */
  handle: (update: BotUpdate) => Promise<void>;
  /** Called as the update arrives, whatever is handled before it. */
  arrived: (update: BotUpdate) => void;
  /** Throws if the database cannot be reached; then no update is dropped. */
  checkDatabase: () => Promise<unknown>;
  logger: Logger;
}

/** An update that fails this often is dropped, so that Telegram does not hold up later ones. */
const MAX_TRIES = 5;
/** Updates that are remembered: Telegram delivers again what it has no answer for. */
const REMEMBERED = 10_000;

/** Handles updates as Telegram delivers them: different chats concurrently, those of one chat in the order of arrival. */
export class WebhookReceiver {
  private readonly done = new Set<number>();
  private readonly tries = new Map<number, number>();
  private readonly underWay = new Map<number, Promise<boolean>>();
  private readonly chats = new Map<string, Promise<boolean>>();
  private stopped = false;

  constructor(private readonly options: WebhookReceiverOptions) {}

  /** @returns whether its effect is in the database, so that Telegram need not deliver it again */
  receive(update: BotUpdate): Promise<boolean> {
    const { update_id: id } = update;
    if (this.done.has(id)) return Promise.resolve(true);
    const known = this.underWay.get(id);
    if (known) return known;
    if (this.stopped) return Promise.resolve(false);
    this.options.arrived(update);
    const chat = chatOf(update) ?? `update ${id}`;
    const before = this.chats.get(chat) ?? Promise.resolve(true);
    const handled = before.then(() => this.handleOne(update));
    this.underWay.set(id, handled);
    this.chats.set(chat, handled);
    return handled.finally(() => {
      this.underWay.delete(id);
      if (this.chats.get(chat) === handled) this.chats.delete(chat);
    });
  }

  /** Resolves when nothing is handled any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.underWay.values());
  }

  private async handleOne(update: BotUpdate): Promise<boolean> {
    const { handle, logger } = this.options;
    const { update_id: updateId } = update;
    if (this.stopped) return false;
    try {
      await handle(update);
    } catch (error) {
      const attempt = (this.tries.get(updateId) ?? 0) + 1;
      logger.warn({ err: error, updateId, attempt }, 'an update was not handled');
      if (!(await this.mayDrop(updateId, attempt))) return false;
    }
    this.tries.delete(updateId);
    remember(this.done, updateId);
    return true;
  }

  private async mayDrop(updateId: number, attempt: number): Promise<boolean> {
    const reached = await this.options.checkDatabase().then(
      () => true,
      () => false,
    );
    if (reached) this.tries.set(updateId, attempt);
    const [oldest] = this.tries.keys();
    if (this.tries.size > REMEMBERED && oldest !== undefined) this.tries.delete(oldest);
    return reached && attempt >= MAX_TRIES;
  }
}

function remember(ids: Set<number>, id: number): void {
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > REMEMBERED && oldest !== undefined) ids.delete(oldest);
}
