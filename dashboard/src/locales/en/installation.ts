export const installation = {
  'installation.title': 'Installation',
} as const;
