import type DataLoader from 'dataloader';
import { loadMany, loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { MemberCounts, MembershipStore } from './membership.store.js';
import type { ParticipantStore } from './participants.store.js';
import type { KeyedAnswer, Standing } from './participants.types.js';
import type { PollCounts, PollCountStore } from './poll-counts.store.js';
import type { PeopleStore } from './people.store.js';
import type { TelegramUser } from './telegram-user.entity.js';

/** Batched reads of users, groups, and what polls have come to. */
export interface PeopleLoaders {
  user: DataLoader<string, TelegramUser | null>;
  pollCounts: DataLoader<string, PollCounts | null>;
  groupCounts: DataLoader<string, MemberCounts | null>;
  /** By poll and user: "1_4200001". */
  standing: DataLoader<string, Standing | null>;
  /** By poll and user. */
  userAnswers: DataLoader<string, KeyedAnswer[]>;
}

export interface PeopleSources {
  people: PeopleStore;
  pollCounts: PollCountStore;
  members: MembershipStore;
  participants: ParticipantStore;
}

export function createPeopleLoaders(
  { people, pollCounts, members, participants }: PeopleSources,
  options: BatchOptions,
): PeopleLoaders {
  return {
    standing: loadOne(
      (keys) => participants.standings(keys),
      ({ key }) => key,
      options,
    ),
    userAnswers: loadMany(
      (keys) => participants.answers(keys),
      ({ key }) => key,
      options,
    ),
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
