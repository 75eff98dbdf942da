import { STOPS } from '../campaigns/ending.js';
import type { Addressee, ReminderContent, TestResult, TestSender } from '../campaigns/ports.js';
import type { DirectSender } from './direct-sender.js';
import type { MessageSender, SendOutcome } from './ports.js';
import type { ReminderWriter } from '../campaigns/reminder.js';

/** Sends test messages, within the limits that all processes share. */
export class DirectTestSender implements TestSender {
  constructor(
    private readonly sender: MessageSender,
    private readonly direct: DirectSender,
    private readonly writer: ReminderWriter,
  ) {}

  async sendTest(to: Addressee, content: ReminderContent): Promise<TestResult> {
    const outcome = await this.direct.sendMessage(this.sender, this.writer.write(to, content));
    if (!outcome) return { problem: 'Telegram throttles the bot; try again later.' };
    return outcome.kind === 'sent' ? { messageId: outcome.messageId } : { problem: describeOutcome(outcome) };
  }
}

/** Describes why a message was not confirmed. */
function describeOutcome(outcome: Exclude<SendOutcome, { kind: 'sent' }>): string {
  switch (outcome.kind) {
    case 'throttled':
      return `Telegram asks the bot to wait for ${Math.ceil(outcome.retryAfterMs / 1000)} s.`;
    case 'moved':
      return `The chat has moved to ${outcome.chatId}.`;
    case 'ambiguous':
      return `There was no usable answer (${outcome.reason}): the message may have been sent nevertheless.`;
    case 'outage':
      return outcome.isDelivered === 'no'
        ? 'Telegram cannot be reached: nothing was sent. Try again later.'
        : `There was no usable answer (${outcome.reason}): the message may have been sent nevertheless.`;
    case 'notSent':
      return 'The process is stopping: nothing was sent.';
    case 'botUnusable':
    case 'templateUnusable':
      return STOPS[outcome.reason].advice;
    default:
      return `Telegram did not accept the message: ${outcome.reason}.`;
  }
}
