import { describeMissing, isRowId } from '../kernel/ids.js';
import { refusal, success, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
import type { TelegramUser } from '../people/telegram-user.entity.js';
import type { Poll } from '../polls/poll.entity.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { ReminderContent, TestSender } from './ports.js';
import type { ReminderStanding } from '../questionnaire/questionnaire.store.js';

export interface TestNotificationSources {
  findCampaign: (id: string) => Promise<NotificationCampaign | null>;
  findPoll: (id: string) => Promise<Poll | null>;
  findUser: (id: string) => Promise<TelegramUser | null>;
  findStanding: (userId: string, pollId: string) => Promise<ReminderStanding>;
}

/** The texts of a campaign. */
type Texts = Pick<ReminderContent, 'messageTemplate' | 'buttonText' | 'translations' | 'asksFirstQuestion'>;

type TestResult = Promise<Result<{ chatId: string; messageId: string }>>;

function refused(code: UserErrorCode, message: string, ...field: string[]): ReturnType<typeof refusal> {
  return refusal(userError(code, message, field.length > 0 ? field : undefined));
}

/** Sends single reminders for testing. */
export class TestNotificationService {
  constructor(
    private readonly sources: TestNotificationSources,
    private readonly sender: TestSender,
    /** Why this process must not send, or null. */
    private readonly problem: () => string | null,
  ) {}

  /** Sends the reminder of a campaign. */
  async send(campaignId: string, userId: string): TestResult {
    const { findCampaign, findPoll } = this.sources;
    const campaign = isRowId(campaignId) ? await findCampaign(campaignId) : null;
    const poll = campaign && (await findPoll(campaign.topicId));
    if (!campaign || !poll) {
      return refused(UserErrorCode.NOT_FOUND, describeMissing('campaign', campaignId), 'campaignId');
    }
    return this.sendTexts(campaign, poll, userId);
  }

  /** Sends the reminder of a poll with texts of no campaign. */
  async sendTexts(texts: Texts, poll: Poll, userId: string): TestResult {
    const user = isRowId(userId) ? await this.sources.findUser(userId) : null;
    if (!user) return refused(UserErrorCode.NOT_FOUND, describeMissing('user', userId), 'telegramUserId');
    if (user.optedOutAt) {
      const message = `User ${userId} wants no reminders. They must write /start to the bot first.`;
      return refused(UserErrorCode.INVALID_STATE, message, 'telegramUserId');
    }
    const problem = this.problem();
    if (problem !== null) return refused(UserErrorCode.INVALID_STATE, problem);
    const chatId = user.chatId ?? user.id;
    const { firstName, languageCode } = user;
    const standing = await this.sources.findStanding(user.id, poll.id);
    const result = await this.sender.sendTest(
      { ...standing, userId: user.id, chatId, firstName, languageCode, timeZone: user.timeZone },
      reminderContent(texts, poll),
    );
    if ('problem' in result) return refused(UserErrorCode.TELEGRAM_REJECTED, result.problem);
    return success({ chatId, messageId: result.messageId });
  }
}

/** The content of a reminder that is not part of the ledger. */
export function reminderContent(
  { messageTemplate, buttonText, translations, asksFirstQuestion }: Texts,
  { id, title, closesAt }: Poll,
): ReminderContent {
  const texts = { messageTemplate, buttonText, translations, asksFirstQuestion };
  return { ...texts, campaignId: null, pollId: id, pollTitle: title, closesAt };
}
