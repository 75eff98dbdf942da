import type { VariablesOf } from '../graphql.js';
import { anyOf, day, dayStart, flag, oneOf, pageVariables, text, useAddress } from '../parts/address.js';
import { STATUSES } from '../parts/status.js';
import type { CAMPAIGNS } from './queries.js';

export const ORDERS = [
  'CREATED_AT_DESC',
  'CREATED_AT_ASC',
  'STARTED_AT_DESC',
  'SCHEDULED_FOR_ASC',
  'TOTAL_USERS_DESC',
] as const;
export type Order = (typeof ORDERS)[number];

const PAGE_LENGTH = 25;

const FIELDS = {
  status: anyOf(STATUSES),
  search: text(),
  attention: flag(),
  since: day(),
  until: day(),
  order: oneOf(ORDERS, 'CREATED_AT_DESC'),
};

export type ListPlace = ReturnType<typeof useListPlace>;

/** What the address of the list says: its filters, order and page. */
export function useListPlace() {
  const place = useAddress(FIELDS);
  const { status, search, attention, since, until } = place.address;
  const isFiltered = status.length > 0 || search !== '' || attention || since !== '' || until !== '';
  return { ...place, isFiltered };
}

export function filterFrom({
  status,
  search,
  attention,
  since,
  until,
}: ListPlace['address']): NonNullable<VariablesOf<typeof CAMPAIGNS>['filter']> {
  return {
    ...(status.length > 0 && { status }),
    ...(search.trim() !== '' && { nameContains: search.trim() }),
    ...(attention && { needsAttention: true }),
    ...(since !== '' && { createdAfter: dayStart(since) }),
    ...(until !== '' && { createdBefore: dayStart(until, 1) }),
  };
}

export function variablesFrom({ address, cursors }: ListPlace): VariablesOf<typeof CAMPAIGNS> {
  return {
    filter: filterFrom(address),
    orderBy: address.order,
    ...pageVariables(cursors, PAGE_LENGTH),
  };
}
