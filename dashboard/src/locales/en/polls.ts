export const polls = {
  'polls.title': 'Polls',
} as const;
