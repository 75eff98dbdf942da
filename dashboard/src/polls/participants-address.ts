import type { VariablesOf } from '../graphql.js';
import { anyOf, pageVariables, text, useAddress, type Field, type Place } from '../parts/address.js';
import { USER_STATUSES } from '../parts/user-status.js';
import type { PARTICIPANTS } from './queries.js';

export const PARTICIPATIONS = ['NOT_STARTED', 'STARTED', 'COMPLETED'] as const;
export type Participation = (typeof PARTICIPATIONS)[number];

const MISSING: Participation[] = ['NOT_STARTED', 'STARTED'];
const PAGE_LENGTH = 50;

/** Who is missing is what most people look for; everybody has to be asked for. */
function missingFirst(): Field<Participation[]> {
  const field = anyOf(PARTICIPATIONS);
  return {
    initial: MISSING,
    read: (given) => (given.length === 0 ? MISSING : field.read(given)),
    write: (value) => {
      if (value.length === 0) return ['ALL'];
      return value.join() === MISSING.join() ? [] : value;
    },
  };
}

const FIELDS = {
  participation: missingFirst(),
  status: anyOf(USER_STATUSES),
  group: text(),
  search: text(),
};

export interface ParticipantAddress {
  participation: Participation[];
  status: (typeof USER_STATUSES)[number][];
  group: string;
  search: string;
}

export function useParticipantsPlace(): Place<ParticipantAddress> {
  return useAddress<ParticipantAddress>(FIELDS);
}

/** Whether it is anything else than who is missing. */
export function isFiltered({ participation, status, group, search }: ParticipantAddress): boolean {
  return participation.join() !== MISSING.join() || status.length > 0 || group !== '' || search !== '';
}

export function variablesFrom(
  id: string,
  { address, cursors }: Place<ParticipantAddress>,
): VariablesOf<typeof PARTICIPANTS> {
  const { participation, status, group, search } = address;
  return {
    id,
    filter: {
      ...(participation.length > 0 && { participation }),
      ...(status.length > 0 && { status }),
      ...(group !== '' && { groups: [group] }),
      ...(search.trim() !== '' && { search: search.trim() }),
    },
    ...pageVariables(cursors, PAGE_LENGTH),
  };
}

/** Address that creates a campaign for those of the filter whom a campaign can address; undefined if there are none. */
export function remindAddress(id: string, { participation, group }: ParticipantAddress): string | undefined {
  const wanted = MISSING.filter((one) => participation.length === 0 || participation.includes(one));
  if (wanted.length === 0) return undefined;
  const search = new URLSearchParams({ topic: id });
  for (const one of wanted) search.append('participation', one);
  if (group !== '') search.append('groups', group);
  return `/campaigns/new?${search.toString()}`;
}
