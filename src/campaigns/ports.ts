/** The alarm clock. A job may run late, twice or never: the tables decide what is to be done. */
export interface CampaignJobs {
  /** @param at when the campaign is to start by itself; at once without it */
  enqueueDrive(campaignId: string, at?: Date): Promise<void>;
}

export interface Addressee {
  chatId: string;
  firstName: string | null;
}

/** What a reminder is made of. */
export interface ReminderContent {
  messageTemplate: string;
  buttonText: string | null;
  pollId: string;
  pollTitle: string;
}

/** Sends a reminder that is in no ledger. */
export interface TestSender {
  sendTest(to: Addressee, content: ReminderContent): Promise<TestResult>;
}

/** `problem` is a sentence that says why the message was not accepted. */
export type TestResult = { messageId: string } | { problem: string };

/** How those who deliver a message read its text. */
export interface MessageMarkup {
  /** Of a text without its markup. */
  readonly maxCharacters: number;
  /** The longest name of a recipient. */
  readonly longestName: string;
  countCharacters(text: string): number;
  /** @returns the text without its markup, or what would be refused of it */
  read(source: string): { text: string } | MarkupProblem;
}

export interface MarkupProblem {
  /** In UTF-16 units. */
  position: number;
  /** What is wrong and what would be right. */
  advice: string;
}
