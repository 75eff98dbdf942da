export const people = {
  'people.title': 'People',
} as const;
