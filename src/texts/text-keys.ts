/** Every text of the bot. A test holds each file of locales/ against this list. */
export const TEXT_KEYS = [
  'welcome',
  'stillOptedOut',
  'goodbye',
  'pollsToAnswer',
  'noPolls',
  'reminder',
  'openPoll',
  'anonymousName',
  'noClosingTime',
  'place',
  'back',
  'next',
  'moreOptions',
  'completed',
  'completedElsewhere',
  'changeAnswers',
  'thanks',
  'thanksShort',
  'pollClosed',
  'pollNotOpen',
  'pollGone',
  'olderButton',
  'unknownButton',
  'unknownLink',
] as const;

export type TextKey = (typeof TEXT_KEYS)[number];
