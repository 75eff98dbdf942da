import type DataLoader from 'dataloader';
import { loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { PeopleStore } from './people.store.js';
import type { TelegramUser } from './telegram-user.entity.js';

/** Batched reads of users. */
export interface PeopleLoaders {
  user: DataLoader<string, TelegramUser | null>;
}

export function createPeopleLoaders(people: PeopleStore, options: BatchOptions): PeopleLoaders {
  return {
    user: loadOne(
      (ids) => people.findMany(ids),
      (user) => user.id,
      options,
    ),
  };
}
