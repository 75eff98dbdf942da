/** The job queue as an alarm clock. A job may run late, twice or never: the tables decide what is done. */
export interface CampaignJobs {
  /** @param at when the campaign starts by itself; by default at once */
  enqueueDrive(campaignId: string, at?: Date): Promise<void>;
}

export interface Addressee {
  userId: string;
  chatId: string;
  firstName: string | null;
}

/** Content of a reminder. */
export interface ReminderContent {
  /** Null for a message that is not part of the ledger. */
  campaignId: string | null;
  messageTemplate: string;
  buttonText: string | null;
  pollId: string;
  pollTitle: string;
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
  /** @returns the text without its markup, or the problem for which it would be refused */
  read(source: string): { text: string } | MarkupProblem;
}

export interface MarkupProblem {
  /** In UTF-16 units. */
  position: number;
  /** The problem and its correction. */
  advice: string;
}
