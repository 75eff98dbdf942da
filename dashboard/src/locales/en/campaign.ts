export const campaign = {
  'campaign.title': 'Campaign',
} as const;
