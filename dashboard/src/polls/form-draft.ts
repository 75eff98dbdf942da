import type { VariablesOf } from '../graphql.js';
import { fromLocalInput, toLocalInput } from '../parts/local-time.js';
import type { CREATE_POLL, UPDATE_POLL } from './mutations.js';
import type { PollToEdit } from './queries.js';

/** A text of a list that can be put in another order. */
export interface Item {
  /** Of this form only. */
  key: string;
  text: string;
}

export interface QuestionDraft extends Item {
  options: Item[];
}

/** A poll as its fields are filled in. */
export interface PollDraft {
  /** The API creates one poll for it, however often it is asked. */
  idempotencyKey: string;
  title: string;
  description: string;
  /** In the reader's zone. */
  closesAt: string;
  groups: string[];
  anonymous: boolean;
  questions: QuestionDraft[];
}

/** crypto.randomUUID is not there for pages without TLS. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join('-');
}

export function emptyItem(text = ''): Item {
  return { key: newKey(), text };
}

export function emptyQuestion(): QuestionDraft {
  return { ...emptyItem(), options: [emptyItem(), emptyItem()] };
}

export function emptyPoll(): PollDraft {
  return {
    idempotencyKey: newKey(),
    title: '',
    description: '',
    closesAt: '',
    groups: [],
    anonymous: false,
    questions: [emptyQuestion()],
  };
}

export function draftFromPoll(poll: PollToEdit): PollDraft {
  return {
    idempotencyKey: '',
    title: poll.title,
    description: poll.description ?? '',
    closesAt: toLocalInput(poll.closesAt),
    groups: poll.groups,
    anonymous: poll.anonymous,
    questions: poll.questions.map(({ text, options }, index) => ({
      key: String(index),
      text,
      options: options.map((option, place) => ({ key: `${index}-${place}`, text: option.text })),
    })),
  };
}

function questionsOf({ questions }: PollDraft) {
  return questions.map(({ text, options }) => ({ text, options: options.map((option) => option.text) }));
}

export function toPollInput(draft: PollDraft): VariablesOf<typeof CREATE_POLL>['input'] {
  const { idempotencyKey, title, groups, anonymous } = draft;
  return {
    idempotencyKey,
    title,
    groups,
    anonymous,
    description: draft.description === '' ? null : draft.description,
    closesAt: fromLocalInput(draft.closesAt),
    questions: questionsOf(draft),
  };
}

/** What was changed: a time that stays keeps its seconds, and what is fixed is not asked for. */
export function toPollChange(draft: PollDraft, before: PollDraft): VariablesOf<typeof UPDATE_POLL>['input'] {
  const { title, description, closesAt, groups, anonymous } = draft;
  const isOther = JSON.stringify(questionsOf(draft)) !== JSON.stringify(questionsOf(before));
  return {
    ...(title !== before.title && { title }),
    ...(description !== before.description && { description: description === '' ? null : description }),
    ...(closesAt !== before.closesAt && { closesAt: fromLocalInput(closesAt) }),
    ...(groups.join('\n') !== before.groups.join('\n') && { groups }),
    ...(anonymous !== before.anonymous && { anonymous }),
    ...(isOther && { questions: questionsOf(draft) }),
  };
}
