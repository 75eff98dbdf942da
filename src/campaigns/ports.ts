import type { AskedQuestion, ReminderStanding, ShownQuestion } from '../questionnaire/questionnaire.store.js';
import type { Poll } from '../polls/poll.entity.js';
import type { MessageTranslation } from './campaign.entity.js';

/** What campaigns read of polls. */
export interface CampaignPolls {
  find(id: string): Promise<Poll | null>;
  questions(pollId: string): Promise<Pick<ShownQuestion, 'text' | 'options'>[]>;
}

/** The job queue as an alarm clock. A job may run late, twice or never: the tables decide what is done. */
export interface CampaignJobs {
  /** @param at when the campaign starts by itself; by default at once */
  enqueueDrive(campaignId: string, at?: Date): Promise<void>;
}

export interface Addressee extends ReminderStanding {
  userId: string;
  chatId: string;
  firstName: string | null;
  /** IETF tag of their Telegram. */
  languageCode: string | null;
  /** IANA name; null if it is not known. */
  timeZone: string | null;
}

/** A reminder for one recipient. */
export interface Reminder {
  userId: string;
  chatId: string;
  /** Of the recipient. */
  languageCode: string | null;
  /** Null for a message that is not part of the ledger. */
  campaignId: string | null;
  pollId: string;
  /** HTML. */
  text: string;
  /** Label of the button that opens the poll. */
  buttonText: string;
  /** The question that it asks, instead of the button. */
  asked?: AskedQuestion;
}

/** How a messenger shows reminders. */
export interface ReminderView {
  /** The whole text, with the question if it asks one. HTML. */
  text(reminder: Reminder): string;
}

/** Content of a reminder. */
export interface ReminderContent {
  /** Null for a message that is not part of the ledger. */
  campaignId: string | null;
  messageTemplate: string;
  buttonText: string | null;
  translations: MessageTranslation[];
  asksFirstQuestion: boolean;
  pollId: string;
  pollTitle: string;
  closesAt: Date | null;
}

/** Sends a reminder that is not part of the ledger. */
export interface TestSender {
  sendTest(to: Addressee, content: ReminderContent): Promise<TestResult>;
}

/** `problem` is a sentence with the reason why the message was not accepted. */
export type TestResult = { messageId: string } | { problem: string };

/** Markup of the messenger that delivers the text. */
export interface MessageMarkup {
  /** Limit of a text without its markup. */
  readonly maxCharacters: number;
  /** The longest name of a recipient. */
  readonly longestName: string;
  countCharacters(text: string): number;
  /** Most characters that a question takes below the text of a reminder, on any of its pages. */
  countQuestion(question: Pick<ShownQuestion, 'text' | 'options'>): number;
  /** @returns the text without its markup, or the problem for which it would be refused */
  read(source: string): { text: string } | MarkupProblem;
}

export interface MarkupProblem {
  /** In UTF-16 units. */
  position: number;
  /** The problem and its correction. */
  advice: string;
}
