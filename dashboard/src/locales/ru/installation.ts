import type { installation as en } from '../en/installation.js';

export const installation: Readonly<Record<keyof typeof en, string>> = {
  'installation.title': 'Установка',
};
