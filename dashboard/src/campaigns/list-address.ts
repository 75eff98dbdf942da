import { useSearchParams } from 'wouter';
import type { VariablesOf } from '../graphql.js';
import { STATUSES, type Status } from '../parts/status.js';
import type { CAMPAIGNS } from './queries.js';

export const ORDERS = [
  'CREATED_AT_DESC',
  'CREATED_AT_ASC',
  'STARTED_AT_DESC',
  'SCHEDULED_FOR_ASC',
  'TOTAL_USERS_DESC',
] as const;
export type Order = (typeof ORDERS)[number];

export const PAGE_LENGTH = 25;

/** What the address of the list says: its filters, order and page. */
export interface ListAddress {
  status: Status[];
  search: string;
  attention: boolean;
  /** Days of the reader's calendar, as 2026-01-31. */
  since: string;
  until: string;
  order: Order;
  after: string | null;
  before: string | null;
}

export type Change = Partial<Omit<ListAddress, 'after' | 'before'>>;

function read(search: URLSearchParams): ListAddress {
  const status = search.getAll('status');
  const day = (name: string): string => {
    const value = search.get(name) ?? '';
    return Number.isNaN(Date.parse(value)) ? '' : value;
  };
  return {
    status: STATUSES.filter((known) => status.includes(known)),
    search: search.get('search') ?? '',
    attention: search.has('attention'),
    since: day('since'),
    until: day('until'),
    order: ORDERS.find((known) => known === search.get('order')) ?? 'CREATED_AT_DESC',
    after: search.get('after'),
    before: search.get('before'),
  };
}

function write(address: Omit<ListAddress, 'after' | 'before'>): URLSearchParams {
  const search = new URLSearchParams(address.status.map((status) => ['status', status]));
  if (address.search !== '') search.set('search', address.search);
  if (address.attention) search.set('attention', '1');
  if (address.since !== '') search.set('since', address.since);
  if (address.until !== '') search.set('until', address.until);
  if (address.order !== 'CREATED_AT_DESC') search.set('order', address.order);
  return search;
}

export interface ListPlace {
  address: ListAddress;
  isFiltered: boolean;
  /** Changes filters, and goes to the first page. */
  change: (change: Change) => void;
  clear: () => void;
  goTo: (page: { after?: string | null; before?: string | null }) => void;
}

export function useListPlace(): ListPlace {
  const [search, setSearch] = useSearchParams();
  const address = read(search);
  return {
    address,
    isFiltered: [...write({ ...address, order: 'CREATED_AT_DESC' })].length > 0,
    // What is typed replaces the address: "back" shall not spell a word backwards.
    change: (change) => {
      setSearch(write({ ...address, ...change }), { replace: true });
    },
    clear: () => {
      setSearch(new URLSearchParams());
    },
    goTo: ({ after, before }) => {
      const next = write(address);
      if (after) next.set('after', after);
      if (before) next.set('before', before);
      setSearch(next);
    },
  };
}

/** Beginning of a day of the reader's calendar. */
function dayStart(day: string, plusDays = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + plusDays).toISOString();
}

export function variablesOf(address: ListAddress): VariablesOf<typeof CAMPAIGNS> {
  const { status, search, attention, since, until, order, after, before } = address;
  return {
    filter: {
      ...(status.length > 0 && { status }),
      ...(search.trim() !== '' && { nameContains: search.trim() }),
      ...(attention && { needsAttention: true }),
      ...(since !== '' && { createdAfter: dayStart(since) }),
      ...(until !== '' && { createdBefore: dayStart(until, 1) }),
    },
    orderBy: order,
    ...(before === null ? { first: PAGE_LENGTH, after } : { last: PAGE_LENGTH, before }),
  };
}
