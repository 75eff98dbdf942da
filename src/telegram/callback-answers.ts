import type { Logger } from 'pino';
import { track } from '../kernel/track.js';
import { BotApiError, type BotApi } from './bot-api.js';

/** Telegram's app shows that it waits until a press is answered: this long at most. */
const ANSWER_WITHIN_MS = 1200;
const TIMEOUT_MS = 5000;
/** An update that cannot be handled is tried for less time than this. */
const FORGET_AFTER_MS = 120_000;

interface OpenQuery {
  timer: NodeJS.Timeout;
  isAnswered: boolean;
}

/**
 * Answers presses in time, whether or not what they ask for is done: answers take no send slot, and a query that is too old
 * harms nobody.
 */
export class CallbackAnswers {
  private readonly open = new Map<string, OpenQuery>();
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly botApi: BotApi,
    private readonly logger: Logger,
  ) {}

  /** From now on the query is answered in time, without words unless `answer` comes first. */
  expect(queryId: string): void {
    if (this.open.has(queryId)) return;
    const timer = setTimeout(() => {
      this.send(queryId);
      setTimeout(() => this.open.delete(queryId), FORGET_AFTER_MS).unref();
    }, ANSWER_WITHIN_MS);
    this.open.set(queryId, { timer, isAnswered: false });
  }

  /**
   * @param tooLate called if Telegram says so, as of presses that have waited for a restart
   * @returns whether the person sees the words in time; false if the query was answered without them
   */
  answer(queryId: string, words?: string, tooLate?: () => void): boolean {
    this.expect(queryId);
    const isInTime = this.open.get(queryId)?.isAnswered === false;
    if (isInTime) this.send(queryId, words, tooLate);
    this.open.delete(queryId);
    return isInTime;
  }

  async stop(): Promise<void> {
    for (const { timer } of this.open.values()) clearTimeout(timer);
    this.open.clear();
    await Promise.all(this.running);
  }

  private send(queryId: string, words?: string, tooLate?: () => void): void {
    const query = this.open.get(queryId);
    if (!query || query.isAnswered) return;
    clearTimeout(query.timer);
    query.isAnswered = true;
    const payload = { callback_query_id: queryId, ...(words !== undefined && { text: words }) };
    const call = this.botApi
      .call('answerCallbackQuery', payload, { timeoutMs: TIMEOUT_MS })
      .then(() => undefined)
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'a press was not answered');
        if (isTooOld(error)) tooLate?.();
      });
    track(this.running, call);
  }
}

function isTooOld(error: unknown): boolean {
  if (!(error instanceof BotApiError) || error.failure.kind !== 'answer') return false;
  return error.failure.description.toLowerCase().includes('query is too old');
}
