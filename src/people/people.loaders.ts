import type DataLoader from 'dataloader';
import { loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { MemberCounts, MembershipStore } from './membership.store.js';
import type { PollCounts, PollCountStore } from './poll-counts.store.js';
import type { PeopleStore } from './people.store.js';
import type { TelegramUser } from './telegram-user.entity.js';

/** Batched reads of users, groups, and what polls have come to. */
export interface PeopleLoaders {
  user: DataLoader<string, TelegramUser | null>;
  pollCounts: DataLoader<string, PollCounts | null>;
  groupCounts: DataLoader<string, MemberCounts | null>;
}

export interface PeopleSources {
  people: PeopleStore;
  pollCounts: PollCountStore;
  members: MembershipStore;
}

export function createPeopleLoaders(
  { people, pollCounts, members }: PeopleSources,
  options: BatchOptions,
): PeopleLoaders {
  return {
    groupCounts: loadOne(
      (ids) => members.counts(ids),
      ({ id }) => id,
      options,
    ),
    pollCounts: loadOne(
      (ids) => pollCounts.read(ids),
      ({ pollId }) => pollId,
      options,
    ),
    user: loadOne(
      (ids) => people.findMany(ids),
      (user) => user.id,
      options,
    ),
  };
}
