export const create = {
  'create.title': 'New campaign',
} as const;
