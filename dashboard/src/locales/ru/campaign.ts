import type { campaign as en } from '../en/campaign.js';

export const campaign: Readonly<Record<keyof typeof en, string>> = {
  'campaign.title': 'Кампания',
};
