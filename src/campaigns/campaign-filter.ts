import type { NotificationCampaign } from './campaign.entity.js';
import type { CampaignFilter } from './campaign.types.js';
import { CampaignStatus } from './lifecycle.js';

/** What a filter looks at. */
export type CampaignFacts = Pick<
  NotificationCampaign,
  | 'topicId'
  | 'name'
  | 'status'
  | 'createdAt'
  | 'scheduledFor'
  | 'startedAt'
  | 'failureCode'
  | 'standstillCode'
>;

type Rules = {
  [K in keyof Required<CampaignFilter>]: (
    wanted: NonNullable<CampaignFilter[K]>,
    facts: CampaignFacts,
  ) => boolean;
};

/** A letter that has no single other form stays, such as ß. */
function upper(letter: string): string {
  const other = letter.toUpperCase();
  return other.length === letter.length ? other : letter;
}

/** Without what a word makes of its letters, such as the σ at an end, and without the second part of what was one letter, İ. */
function lower(letter: string): string {
  return Array.from(letter.toLowerCase())[0] ?? letter;
}

/** As the function fold_text of the database: letter by letter, so that a part of a text folds as it does within the text. */
function fold(text: string): string {
  return Array.from(text.normalize('NFKC'), (letter) => lower(upper(letter))).join('');
}

function needsAttention({ status, failureCode, standstillCode }: CampaignFacts): boolean {
  if (status === CampaignStatus.PAUSED) return failureCode !== null;
  return (
    status === CampaignStatus.FAILED || (status === CampaignStatus.PROCESSING && standstillCode !== null)
  );
}

/** A rule for each field of the filter, with the meaning of its SQL in campaign-list.store.ts. */
const RULES: Rules = {
  status: (wanted, { status }) => wanted.includes(status),
  topicId: (wanted, { topicId }) => wanted === topicId,
  nameContains: (wanted, { name }) => fold(name ?? '').includes(fold(wanted)),
  createdAfter: (wanted, { createdAt }) => createdAt >= wanted,
  createdBefore: (wanted, { createdAt }) => createdAt < wanted,
  scheduledAfter: (wanted, { scheduledFor }) => scheduledFor !== null && scheduledFor >= wanted,
  scheduledBefore: (wanted, { scheduledFor }) => scheduledFor !== null && scheduledFor < wanted,
  startedAfter: (wanted, { startedAt }) => startedAt !== null && startedAt >= wanted,
  startedBefore: (wanted, { startedAt }) => startedAt !== null && startedAt < wanted,
  needsAttention: (wanted, facts) => wanted === needsAttention(facts),
};

/** Whether a list with this filter has the campaign. */
export function matchesFilter(filter: CampaignFilter, facts: CampaignFacts): boolean {
  return (Object.keys(RULES) as (keyof Rules)[]).every((field) => {
    const rule = RULES[field] as (wanted: unknown, facts: CampaignFacts) => boolean;
    const wanted = filter[field];
    return wanted == null || rule(wanted, facts);
  });
}
