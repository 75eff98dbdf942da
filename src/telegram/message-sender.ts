import { unlessAborted } from '../kernel/unless-aborted.js';
import { classify, describeFailure } from './answers.js';
import type { MessageSender, Reminder, SendOutcome } from '../engine/ports.js';
import { BotApiError, type BotApi } from './bot-api.js';
import type { BotProfile } from './bot-profile.js';
import { messageContent } from './keyboard.js';
import type { TelegramReminderView } from './reminder-view.js';
import { TimeTags } from './time-tags.js';

function toOutcome(error: unknown): SendOutcome {
  if (error instanceof BotApiError)
    return { ...classify(error.failure), detail: describeFailure(error.failure) };
  throw error;
}

/** Reads the result of sendMessage. With any other result, the message may or may not have been sent. */
export function sentOutcome(answer: unknown): SendOutcome {
  const { message_id: messageId } = (answer ?? {}) as { message_id?: unknown };
  if (!Number.isSafeInteger(messageId)) return { kind: 'ambiguous', reason: 'ANSWER_LOST' };
  return { kind: 'sent', messageId: String(messageId) };
}

const UNREACHABLE: SendOutcome = { kind: 'outage', reason: 'TELEGRAM_UNREACHABLE', isDelivered: 'no' };

/** Converts a failure before the message itself was sent: whatever failed, nothing was sent. */
function beforeSending(error: unknown): SendOutcome {
  const outcome = toOutcome(error);
  return outcome.kind === 'throttled' || outcome.kind === 'botUnusable' ? outcome : UNREACHABLE;
}

/** Sends reminders through the Bot API. */
export class TelegramSender implements MessageSender {
  private readonly timeTags: TimeTags;

  constructor(
    private readonly botApi: BotApi,
    private readonly profile: BotProfile,
    private readonly view: TelegramReminderView,
    private readonly options: { paidBroadcast: boolean },
  ) {
    this.timeTags = new TimeTags(botApi);
  }

  async prepare(signal?: AbortSignal, showsTimes = false): Promise<SendOutcome | undefined> {
    try {
      await unlessAborted(this.profile.load(), signal);
      if (showsTimes) await unlessAborted(this.timeTags.probe(), signal);
      return undefined;
    } catch (error) {
      return signal?.aborted ? { kind: 'notSent' } : beforeSending(error);
    }
  }

  async probe(signal: AbortSignal): Promise<boolean> {
    // A sendMessage without text sends nothing. getMe alone proves nothing about sendMessage.
    return (
      (await this.isAnswered('getMe', {}, signal)) && this.isAnswered('sendMessage', { chat_id: 0 }, signal)
    );
  }

  private async isAnswered(method: string, payload: object, signal: AbortSignal): Promise<boolean> {
    try {
      await this.botApi.call(method, payload, { signal });
      return true;
    } catch (error) {
      return !['outage', 'ambiguous', 'notSent'].includes(toOutcome(error).kind);
    }
  }

  async send(reminder: Reminder, abandon?: AbortSignal, mayLeave?: () => boolean): Promise<SendOutcome> {
    const payload = {
      chat_id: reminder.chatId,
      ...messageContent(this.timeTags.adapt(this.view.text(reminder)), this.view.keyboard(reminder)),
      ...(this.options.paidBroadcast && { allow_paid_broadcast: true }),
    };
    try {
      return sentOutcome(await this.botApi.call('sendMessage', payload, { signal: abandon, mayLeave }));
    } catch (error) {
      return toOutcome(error);
    }
  }
}
