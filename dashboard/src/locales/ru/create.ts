import type { create as en } from '../en/create.js';

export const create: Readonly<Record<keyof typeof en, string>> = {
  'create.title': 'Новая кампания',
};
