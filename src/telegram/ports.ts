/** What the bot counts. */
export interface BotMeter {
  /** A press or a deep link whose reference was not written for this person. */
  refusedReference(): void;
}

/** What the bot tells of reminders. */
export interface ReminderEvents {
  /** A recipient has pressed the button of a reminder, or an option in it. */
  opened(campaignId: string, userId: string): Promise<void>;
  /** A message of the person shows that the poll is completed. */
  upToDate(userId: string, messageId: string): Promise<void>;
}
