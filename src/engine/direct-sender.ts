import { linkSignals } from '../kernel/linked-signal.js';
import type { ChatPacing } from './chat-pacing.js';
import type { DirectMessages, DirectOptions, MessageSender, Reminder, SendOutcome } from './ports.js';
import { URGENT, type RateLimiter, type Slot } from './rate-limiter.js';
import { takeTurn, untilLeft } from './take-turn.js';

/** The request that sends a test message waits for its outcome. */
const MAX_WAIT_MS = 10_000;

/** Sends single messages outside of campaigns: before all campaign messages, and within the limits of bot and chat. */
export class DirectSender implements DirectMessages {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly pacing: ChatPacing,
  ) {}

  async send(
    chatId: string,
    request: () => Promise<SendOutcome>,
    options: DirectOptions = {},
  ): Promise<SendOutcome | undefined> {
    const { signal } = options;
    const slot = await this.awaitTurn(chatId, options);
    if (!slot) return undefined;
    const outcome = await request().catch(async (error: unknown) => {
      await this.limiter.returnSlots([slot]);
      throw error;
    });
    // Who gives up on an answer has learnt nothing of Telegram.
    if (signal?.aborted && outcome.kind === 'ambiguous') await this.limiter.returnSlots([slot]);
    else await this.limiter.report(slot, outcome);
    if (outcome.kind === 'throttled') await this.pacing.throttled(chatId, outcome.retryAfterMs);
    return outcome;
  }

  /** As `send`, for a reminder: the sender is prepared before the turn is taken. */
  async sendMessage(sender: MessageSender, message: Reminder): Promise<SendOutcome | undefined> {
    const problem = await sender.prepare(undefined, message.text.includes('<tg-time'));
    if (problem?.kind === 'throttled') await this.limiter.throttled(problem.retryAfterMs);
    return problem ?? this.send(message.chatId, () => sender.send(message));
  }

  /** Waits until the message may leave. @returns its slot */
  private async awaitTurn(
    chatId: string,
    { signal, patienceMs = MAX_WAIT_MS, burst }: DirectOptions,
  ): Promise<Slot | undefined> {
    const patience = linkSignals(signal ? [signal] : [], patienceMs);
    try {
      while (!patience.signal.aborted) {
        // A user who writes again and again wastes no slots.
        await this.pacing.untilFree(chatId, patience.signal, burst);
        const [reserved] = await this.limiter.acquire(URGENT, 1, patience.signal);
        const slot = reserved && (await this.takeTurn(reserved, chatId, patience.signal, burst));
        if (slot) return slot;
      }
      return undefined;
    } finally {
      patience.unlink();
    }
  }

  /**
   * Takes the chat's turn last, since a slot may take long, and the second between messages begins when one leaves.
   * @returns the slot, or undefined if it was returned
   */
  private async takeTurn(
    slot: Slot,
    chatId: string,
    signal: AbortSignal,
    burst?: number,
  ): Promise<Slot | undefined> {
    const { limiter, pacing } = this;
    let isFree = false;
    try {
      isFree = await pacing.take(chatId, untilLeft([slot]), burst);
    } finally {
      if (!isFree) await limiter.returnSlots([slot]);
    }
    if (!isFree) return undefined;
    const onMoved = (moved: Slot) => pacing.move(chatId, untilLeft([moved]));
    return takeTurn(limiter, { slot, request: URGENT, signal, onMoved });
  }
}
