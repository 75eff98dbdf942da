import { badRequest } from './api-error.js';
import { now } from './clock.js';

/** What the bot's answerCallbackQuery shows to the person who pressed. */
export interface CallbackAnswer {
  text: string | undefined;
  showAlert: boolean;
  url: string | undefined;
}

interface OpenQuery {
  id: string;
  openedAt: number;
  answered: Promise<CallbackAnswer>;
  resolve: (answer: CallbackAnswer) => void;
  reject: (error: Error) => void;
}

/** Telegram forgets old queries, and so does the sandbox. */
const REMEMBERED = 10_000;

/** A press that was not answered for so long is given up by Telegram. */
const LIFETIME_MS = 15_000;

/** The presses that can still be answered. */
export class CallbackQueries {
  readonly #open = new Map<string, OpenQuery>();
  #nextId = BigInt(Date.now()) * 1_000_000n;

  open(): Pick<OpenQuery, 'id' | 'answered'> {
    const id = String(this.#nextId++);
    let resolve: OpenQuery['resolve'] = () => undefined;
    let reject: OpenQuery['reject'] = () => undefined;
    const answered = new Promise<CallbackAnswer>((whenAnswered, whenClosed) => {
      resolve = whenAnswered;
      reject = whenClosed;
    });
    // Most callers do not wait for the answer; a closed sandbox must not end their process.
    answered.catch(() => undefined);
    this.#open.set(id, { id, openedAt: now(), answered, resolve, reject });
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > REMEMBERED && oldest !== undefined) this.#open.delete(oldest);
    return { id, answered };
  }

  /** @throws ApiError 400 for a query that nobody has made, or too long ago */
  answer(id: string, answer: CallbackAnswer): void {
    const query = this.#open.get(id);
    if (query === undefined || now() - query.openedAt > LIFETIME_MS) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    query.resolve(answer);
  }

  close(): void {
    for (const query of this.#open.values()) query.reject(new Error('The sandbox was closed'));
    this.#open.clear();
  }
}
