import type { BotApiSandbox, RecordedMessage } from '@pollcast/bot-api-sandbox';
import { track } from '../kernel/track.js';
import { REFERENCE_OPTIONS, REFERENCE_QUESTIONS } from './reference-data.js';

/** What became of the reminders that people got. */
export interface PeopleTotals {
  completed: number;
  half: number;
  silent: number;
}

/** Of three people one takes the whole poll, one stops in the middle, and one does nothing. */
const COMPLETES = 0;
const STOPS_IN_THE_MIDDLE = 1;
const KINDS = 3;

/** How long a person waits for the bot. */
const PATIENCE_MS = 30_000;

/** People in the sandbox who answer the reminders of a campaign as they come. */
export class DemoPeople {
  readonly totals: PeopleTotals = { completed: 0, half: 0, silent: 0 };
  private readonly reached = new Set<number>();
  private readonly busy = new Set<Promise<void>>();
  private lastMessageId = 0;
  private hasEnded = false;
  private failure: Error | undefined;

  constructor(private readonly sandbox: BotApiSandbox) {}

  /** Answers until the campaign has ended. @returns when everybody is through @throws if the bot does not react */
  async during(campaign: Promise<unknown>): Promise<void> {
    const ended = campaign.finally(() => {
      this.hasEnded = true;
    });
    await Promise.all([ended, this.follow(ended)]);
    await Promise.all(this.busy);
    if (this.failure !== undefined) throw this.failure;
  }

  private async follow(ended: Promise<unknown>): Promise<void> {
    while (!this.hasEnded) {
      const arrived = this.sandbox.waitUntil(() => this.hasNews(), 2 ** 31 - 1);
      // A sandbox that is closed has no news.
      await Promise.race([arrived.catch(() => undefined), ended]);
      this.readNews();
    }
  }

  private hasNews(): boolean {
    return (this.sandbox.messages.at(-1)?.messageId ?? 0) > this.lastMessageId;
  }

  private readNews(): void {
    const { messages } = this.sandbox;
    const known = messages.findLastIndex(({ messageId }) => messageId <= this.lastMessageId);
    for (const message of messages.slice(known + 1)) {
      this.lastMessageId = message.messageId;
      if (this.reached.has(message.chatId)) continue;
      this.reached.add(message.chatId);
      const reaction = this.react(message).catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      });
      track(this.busy, reaction);
    }
  }

  private async react(message: RecordedMessage): Promise<void> {
    const kind = message.chatId % KINDS;
    if (kind !== COMPLETES && kind !== STOPS_IN_THE_MIDDLE) {
      this.totals.silent += 1;
      return;
    }
    const answers = kind === COMPLETES ? REFERENCE_QUESTIONS : Math.floor(REFERENCE_QUESTIONS / 2);
    const open = labels(message)[0];
    if (open === undefined) return;
    await this.press(message, open);
    for (let answered = 0; answered < answers; answered += 1) {
      const options = labels(message).filter((label) => REFERENCE_OPTIONS.has(label));
      const chosen = options[Math.floor(message.chatId / KINDS) % options.length];
      if (chosen !== undefined) await this.press(message, chosen);
    }
    this.totals[kind === COMPLETES ? 'completed' : 'half'] += 1;
  }

  /** Presses, and waits until the bot has changed the message. */
  private async press(message: RecordedMessage, text: string): Promise<void> {
    const { chatId, messageId, currentText: before } = message;
    const from = await this.sandbox.introduce(chatId);
    this.sandbox.press(chatId, { text, messageId, from });
    await this.sandbox.waitUntil(() => message.currentText !== before, PATIENCE_MS);
  }
}

function labels({ replyMarkup }: RecordedMessage): string[] {
  return (replyMarkup?.inline_keyboard ?? []).flat().map(({ text }) => text);
}
