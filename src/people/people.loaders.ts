import type DataLoader from 'dataloader';
import { loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { PollCounts, PollCountStore } from './poll-counts.store.js';
import type { PeopleStore } from './people.store.js';
import type { TelegramUser } from './telegram-user.entity.js';

/** Batched reads of users, and of what polls have come to. */
export interface PeopleLoaders {
  user: DataLoader<string, TelegramUser | null>;
  pollCounts: DataLoader<string, PollCounts | null>;
}

export interface PeopleSources {
  people: PeopleStore;
  pollCounts: PollCountStore;
}

export function createPeopleLoaders(
  { people, pollCounts }: PeopleSources,
  options: BatchOptions,
): PeopleLoaders {
  return {
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
