const MAX_ID = 2n ** 63n - 1n;

/** Whether an id can be the key of a row: a positive whole number that fits 64 bits. */
export function isRowId(id: string): boolean {
  return /^[1-9]\d{0,18}$/.test(id) && BigInt(id) <= MAX_ID;
}

/**
 * What has an id in the API, by the prefix of its ids: "campaign_12". Everything behind the API uses the bare keys of rows;
 * a delivery has two, those of its campaign and its user.
 */
export const ID_TYPES = {
  poll: { name: 'a poll', example: 'poll_1' },
  question: { name: 'a question', example: 'question_3' },
  option: { name: 'an option', example: 'option_9' },
  campaign: { name: 'a campaign', example: 'campaign_12' },
  delivery: { name: 'a delivery', example: 'delivery_12_4200001' },
  user: { name: 'a user', example: 'user_4200001' },
  token: { name: 'a token', example: 'token_3' },
  audit: { name: 'an audit entry', example: 'audit_99' },
} as const;

export type IdType = keyof typeof ID_TYPES;

export interface TypedId {
  type: IdType;
  /** Key of the row; "12_4200001" of a delivery. */
  key: string;
}

/** @param key as in TypedId */
export function formatId(type: IdType, key: string): string {
  return `${type}_${key}`;
}

/** @returns undefined if it is not a typed id */
export function parseId(id: string): TypedId | undefined {
  const [prefix = '', ...keys] = id.split('_');
  if (!Object.hasOwn(ID_TYPES, prefix) || !keys.every(isRowId)) return undefined;
  const type = prefix as IdType;
  return keys.length === (type === 'delivery' ? 2 : 1) ? { type, key: keys.join('_') } : undefined;
}

/** The key in an id of this type. Everything else stays as it is: bare keys, and what is no key, which finds no row. */
export function toKey(type: IdType, id: string): string {
  const typed = parseId(id);
  return typed?.type === type ? typed.key : id;
}

/** Says which type was meant if the id has another one. */
export function describeOtherType(type: IdType, id: string): string | undefined {
  const typed = parseId(id);
  if (!typed || typed.type === type) return undefined;
  const { name, example } = ID_TYPES[type];
  return `${id} is the id of ${ID_TYPES[typed.type].name}; the id of ${name} is wanted, such as ${example}.`;
}

/** Says that there is nothing with this id, or that it is the id of another type. */
export function describeMissing(type: 'poll' | 'campaign' | 'user', id: string): string {
  return describeOtherType(type, id) ?? `There is no ${type} ${id}.`;
}
