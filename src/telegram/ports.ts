/** What the bot counts. */
export interface BotMeter {
  /** A press or a deep link whose reference was not written for this person. */
  refusedReference(): void;
}
