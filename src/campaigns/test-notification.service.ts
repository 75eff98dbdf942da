import { linkSignals } from '../async/linked-signal.js';
import { isRowId } from '../graphql/ids.js';
import { userError, UserErrorCode } from '../graphql/user-error.js';
import type { TelegramUser } from '../people/telegram-user.entity.js';
import type { Poll } from '../polls/poll.entity.js';
import type { ChatPacing } from '../sending/chat-pacing.js';
import { explain } from '../sending/classification.js';
import type { MessageSender, SendOutcome } from '../sending/outcome.js';
import { URGENT, type RateLimiter } from '../sending/rate-limiter.js';
import { reminderFor } from '../sending/reminder.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { SendTestNotificationPayload } from './campaign.types.js';

export interface TestNotificationSources {
  findCampaign: (id: string) => Promise<NotificationCampaign | null>;
  findPoll: (id: string) => Promise<Poll | null>;
  findUser: (id: string) => Promise<TelegramUser | null>;
}

/** How long a test message may wait for its turn while Telegram makes the bot wait. */
const MAX_WAIT_MS = 10_000;

function refused(code: UserErrorCode, message: string, argument?: string): SendTestNotificationPayload {
  return {
    delivered: false,
    userErrors: [userError(code, message, argument === undefined ? undefined : [argument])],
  };
}

function sentenceOf(outcome: Exclude<SendOutcome, { kind: 'sent' }>): string {
  switch (outcome.kind) {
    case 'throttled':
      return `Telegram asks the bot to wait for ${Math.ceil(outcome.retryAfterMs / 1000)} s.`;
    case 'moved':
      return `The chat has moved to ${outcome.chatId}.`;
    case 'botUnusable':
    case 'templateUnusable':
      return explain(outcome.reason);
    default:
      return `Telegram did not accept the message: ${outcome.reason}.`;
  }
}

/** One reminder to one person, to see what it looks like. */
export class TestNotificationService {
  constructor(
    private readonly sources: TestNotificationSources,
    private readonly sender: MessageSender,
    private readonly limiter: RateLimiter,
    private readonly pacing: ChatPacing,
  ) {}

  async send(campaignId: string, userId: string): Promise<SendTestNotificationPayload> {
    const { findCampaign, findPoll, findUser } = this.sources;
    const campaign = isRowId(campaignId) ? await findCampaign(campaignId) : null;
    const poll = campaign && (await findPoll(campaign.topicId));
    if (!campaign || !poll) {
      return refused(UserErrorCode.NOT_FOUND, `There is no campaign ${campaignId}.`, 'campaignId');
    }
    const user = isRowId(userId) ? await findUser(userId) : null;
    if (!user) return refused(UserErrorCode.NOT_FOUND, `There is no user ${userId}.`, 'telegramUserId');
    const content = { messageTemplate: campaign.messageTemplate, pollId: poll.id, pollTitle: poll.title };
    return this.sendNow(reminderFor({ chatId: user.chatId ?? user.id, firstName: user.firstName }, content));
  }

  private async sendNow(message: ReturnType<typeof reminderFor>): Promise<SendTestNotificationPayload> {
    const patience = linkSignals([], MAX_WAIT_MS);
    const isItsTurn = await this.pacing.turn(message.chatId, patience.signal);
    const [slot] = isItsTurn ? await this.limiter.acquire(URGENT, 1, patience.signal) : [];
    patience.unlink();
    if (!slot)
      return refused(UserErrorCode.TELEGRAM_REJECTED, 'Telegram asks the bot to wait; try again later.');
    await this.limiter.turn(slot);
    const outcome = await this.sender.send(message);
    await this.limiter.report(slot, outcome);
    if (outcome.kind === 'sent') return { delivered: true, userErrors: [] };
    return refused(UserErrorCode.TELEGRAM_REJECTED, sentenceOf(outcome));
  }
}
