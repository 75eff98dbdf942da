import type { VariablesOf } from '../graphql.js';
import { anyOf, oneOf, pageVariables, text, useAddress } from '../parts/address.js';
import { USER_STATUSES } from '../parts/user-status.js';
import type { PEOPLE } from './queries.js';

export const PEOPLE_ORDERS = ['ID_ASC', 'CREATED_AT_DESC', 'NAME_ASC'] as const;

const PAGE_LENGTH = 50;

const FIELDS = {
  search: text(),
  status: anyOf(USER_STATUSES),
  group: text(),
  order: oneOf(PEOPLE_ORDERS, 'ID_ASC'),
};

export type PeoplePlace = ReturnType<typeof usePeoplePlace>;

export function usePeoplePlace() {
  const place = useAddress(FIELDS);
  const { search, status, group } = place.address;
  return { ...place, isFiltered: search !== '' || status.length > 0 || group !== '' };
}

export function variablesFrom({ address, cursors }: PeoplePlace): VariablesOf<typeof PEOPLE> {
  const { search, status, group, order } = address;
  return {
    filter: {
      ...(search.trim() !== '' && { search: search.trim() }),
      ...(status.length > 0 && { status }),
      ...(group !== '' && { groups: [group] }),
    },
    orderBy: order,
    ...pageVariables(cursors, PAGE_LENGTH),
  };
}
