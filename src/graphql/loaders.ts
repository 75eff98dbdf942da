import type { AudienceStore } from '../campaigns/audience.store.js';
import type { StandstillStore } from '../campaigns/standstill.store.js';
import type { PeopleStore } from '../people/people.store.js';
import type { PollStore } from '../polls/poll.store.js';
import { loadCount, loadMany, loadOne, type BatchOptions } from './batch.js';
import type { Loaders } from './context.js';

export interface LoaderSources {
  polls: PollStore;
  people: PeopleStore;
  audience: AudienceStore;
  standstills: StandstillStore;
}

/** Fresh loaders for one operation. */
export function createLoaders(sources: LoaderSources, options: BatchOptions): Loaders {
  const { polls, people, audience, standstills } = sources;
  return {
    poll: loadOne(
      (ids) => polls.findMany(ids),
      (poll) => poll.id,
      options,
    ),
    questions: loadMany(
      (ids) => polls.questionsOf(ids),
      (question) => question.pollId,
      options,
    ),
    options: loadMany(
      (ids) => polls.optionsOf(ids),
      (option) => option.questionId,
      options,
    ),
    completedCount: loadCount((ids) => polls.completedCounts(ids), options),
    audienceSize: loadCount((ids) => audience.sizes(ids), options),
    answerCount: loadCount((ids) => polls.answerCounts(ids), options),
    standstill: loadOne(
      (ids) => standstills.find(ids),
      (standstill) => standstill.campaignId,
      options,
    ),
    user: loadOne(
      (ids) => people.findMany(ids),
      (user) => user.id,
      options,
    ),
  };
}
