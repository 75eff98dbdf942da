import type { polls as en } from '../en/polls.js';

export const polls: Readonly<Record<keyof typeof en, string>> = {
  'polls.title': 'Опросы',
};
