import { linkSignals } from '../kernel/linked-signal.js';
import type { ChatPacing } from './chat-pacing.js';
import type { DirectMessages, MessageSender, Reminder, SendOutcome } from './ports.js';
import { URGENT, type RateLimiter, type Slot } from './rate-limiter.js';
import { takeTurn, untilLeft } from './take-turn.js';

/** A message that somebody waits for and that has not left by then would only puzzle. */
const MAX_WAIT_MS = 10_000;

/** Messages of no campaign, one by one: before all campaign messages, and within the limits of the bot and of the chat. */
export class DirectSender implements DirectMessages {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly pacing: ChatPacing,
  ) {}

  async send(
    chatId: string,
    request: () => Promise<SendOutcome>,
    signal?: AbortSignal,
  ): Promise<SendOutcome | undefined> {
    const slot = await this.turnOf(chatId, signal);
    if (!slot) return undefined;
    const outcome = await request().catch(async (error: unknown) => {
      await this.limiter.giveBack([slot]);
      throw error;
    });
    // Who gives up on an answer has learnt nothing of Telegram.
    if (signal?.aborted && outcome.kind === 'ambiguous') await this.limiter.giveBack([slot]);
    else await this.limiter.report(slot, outcome);
    if (outcome.kind === 'throttled') await this.pacing.throttled(chatId, outcome.retryAfterMs);
    return outcome;
  }

  /** As `send`, of a message of the sender: what it needs is found out before the message's turn is taken. */
  async sendMessage(sender: MessageSender, message: Reminder): Promise<SendOutcome | undefined> {
    const problem = await sender.prepare();
    if (problem?.kind === 'throttled') await this.limiter.throttled(problem.retryAfterMs);
    return problem ?? this.send(message.chatId, () => sender.send(message));
  }

  /** Waits for the moment at which the message may leave. @returns its slot */
  private async turnOf(chatId: string, signal?: AbortSignal): Promise<Slot | undefined> {
    const patience = linkSignals(signal ? [signal] : [], MAX_WAIT_MS);
    try {
      while (!patience.signal.aborted) {
        // Somebody who writes again and again wastes no slots.
        await this.pacing.untilFree(chatId, patience.signal);
        const [reserved] = await this.limiter.acquire(URGENT, 1, patience.signal);
        const slot = reserved && (await this.takeTurn(reserved, chatId, patience.signal));
        if (slot) return slot;
      }
      return undefined;
    } finally {
      patience.unlink();
    }
  }

  /**
   * The chat's turn is taken last: a slot may take long to get, and the second between two messages begins when one leaves.
   * @returns the slot that is used, or undefined when it has been given back
   */
  private async takeTurn(slot: Slot, chatId: string, signal: AbortSignal): Promise<Slot | undefined> {
    const { limiter, pacing } = this;
    let isFree = false;
    try {
      isFree = await pacing.take(chatId, untilLeft([slot]));
    } finally {
      if (!isFree) await limiter.giveBack([slot]);
    }
    if (!isFree) return undefined;
    const onMoved = (moved: Slot) => pacing.move(chatId, untilLeft([moved]));
    return takeTurn(limiter, { slot, request: URGENT, signal, onMoved });
  }
}
