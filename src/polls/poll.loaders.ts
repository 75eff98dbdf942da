import type DataLoader from 'dataloader';
import { loadCount, loadMany, loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { Poll } from './poll.entity.js';
import type { PollStore } from './poll.store.js';
import type { Question, QuestionOption } from './question.entity.js';

/** Batched reads of polls, questions and options. */
export interface PollLoaders {
  poll: DataLoader<string, Poll | null>;
  question: DataLoader<string, Question | null>;
  option: DataLoader<string, QuestionOption | null>;
  questions: DataLoader<string, Question[]>;
  options: DataLoader<string, QuestionOption[]>;
  answerCount: DataLoader<string, number>;
}

/** The part of an operation's context that the resolvers of polls need. */
export interface PollContext {
  loaders: PollLoaders;
}

export function createPollLoaders(polls: PollStore, options: BatchOptions): PollLoaders {
  return {
    poll: loadOne(
      (ids) => polls.findMany(ids),
      (poll) => poll.id,
      options,
    ),
    question: loadOne(
      (ids) => polls.findQuestions(ids),
      (question) => question.id,
      options,
    ),
    option: loadOne(
      (ids) => polls.findOptions(ids),
      (option) => option.id,
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
    answerCount: loadCount((ids) => polls.answerCounts(ids), options),
  };
}
