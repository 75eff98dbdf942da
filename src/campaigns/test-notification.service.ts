import { isRowId } from '../kernel/ids.js';
import { userError, UserErrorCode } from '../kernel/user-error.js';
import type { TelegramUser } from '../people/telegram-user.entity.js';
import type { Poll } from '../polls/poll.entity.js';
import type { DirectSender } from '../engine/direct-sender.js';
import { sentenceOf } from '../engine/explain.js';
import type { MessageSender, OutgoingMessage } from '../engine/outcome.js';
import { reminderFor } from '../engine/reminder.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { SendTestNotificationPayload } from './campaign.types.js';

export interface TestNotificationSources {
  findCampaign: (id: string) => Promise<NotificationCampaign | null>;
  findPoll: (id: string) => Promise<Poll | null>;
  findUser: (id: string) => Promise<TelegramUser | null>;
}

function refused(code: UserErrorCode, message: string, argument?: string): SendTestNotificationPayload {
  return {
    delivered: false,
    userErrors: [userError(code, message, argument === undefined ? undefined : [argument])],
  };
}

/** One reminder to one person, to see what it looks like. */
export class TestNotificationService {
  constructor(
    private readonly sources: TestNotificationSources,
    private readonly sender: MessageSender,
    private readonly direct: DirectSender,
    /** Why this process must send nothing, if it must not. */
    private readonly problem: () => string | null,
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
    if (user.optedOutAt) {
      const message = `User ${userId} wants no reminders: they have to write /start to the bot first.`;
      return refused(UserErrorCode.INVALID_STATE, message, 'telegramUserId');
    }
    const { messageTemplate, buttonText } = campaign;
    const content = { messageTemplate, buttonText, pollId: poll.id, pollTitle: poll.title };
    return this.sendNow(reminderFor({ chatId: user.chatId ?? user.id, firstName: user.firstName }, content));
  }

  private async sendNow(message: OutgoingMessage): Promise<SendTestNotificationPayload> {
    const problem = this.problem();
    if (problem !== null) return refused(UserErrorCode.INVALID_STATE, problem);
    const outcome = await this.direct.sendMessage(this.sender, message);
    if (!outcome) {
      return refused(UserErrorCode.TELEGRAM_REJECTED, 'Telegram asks the bot to wait; try again later.');
    }
    if (outcome.kind === 'sent') return { delivered: true, userErrors: [] };
    return refused(UserErrorCode.TELEGRAM_REJECTED, sentenceOf(outcome));
  }
}
