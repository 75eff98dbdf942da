import { createHash } from 'node:crypto';
import { distinctGroups, groupKey } from '../groups/group-names.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import { PollStatus, type Poll } from './poll.entity.js';
import type { CreatePollInput, CreateQuestionInput, UpdatePollInput } from './poll.types.js';

/** New values of a poll; absent ones stay. */
export interface PollEdit {
  title?: string;
  description?: string | null;
  closesAt?: Date | null;
  /** Names. */
  groups?: readonly string[];
  questions?: readonly CreateQuestionInput[];
  anonymous?: boolean;
}

function invalid(message: string, property: string): UserError {
  return userError(UserErrorCode.INVALID, message, ['input', property]);
}

/** Checks a closing time. @param current that of the poll, which may stay although it has passed */
export function closingTimeErrors(
  { closesAt }: CreatePollInput | UpdatePollInput,
  now: Date,
  current?: Date | null,
): UserError[] {
  if (!closesAt || closesAt > now || closesAt.getTime() === current?.getTime()) return [];
  return [invalid('closesAt must be in the future.', 'closesAt')];
}

/** What cannot be cleared. */
export function clearingErrors({ title, questions }: UpdatePollInput): UserError[] {
  const errors: UserError[] = [];
  if (title === null) errors.push(invalid('A poll must have a title: leave it out to keep it.', 'title'));
  if (questions === null)
    errors.push(invalid('A poll must have questions: leave them out to keep them.', 'questions'));
  return errors;
}

export function toPollEdit(input: UpdatePollInput): PollEdit {
  const { title, description, closesAt, groups, questions, anonymous } = input;
  const edit: PollEdit = {
    title: title ?? undefined,
    description,
    closesAt,
    groups: groups === undefined ? undefined : distinctGroups(groups ?? []),
    questions: questions ?? undefined,
    anonymous: anonymous === null ? false : anonymous,
  };
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
}

/** Explains the refusal of an edit by the poll's state afterwards. */
export function explainEditRefusal({ id, status }: Poll, { questions }: PollEdit): UserError {
  const [what, property] = questions
    ? ['its questions can be changed', 'questions']
    : ['whether it is anonymous can be changed', 'anonymous'];
  const message =
    status === PollStatus.DRAFT
      ? `Poll ${id} was changed at the same time: try again.`
      : `Poll ${id} is ${status}; ${what} while it is a ${PollStatus.DRAFT}.`;
  return userError(UserErrorCode.INVALID_STATE, message, ['input', property]);
}

/** Two inputs have the same fingerprint if and only if they ask for the same poll. */
export function pollFingerprint({
  title,
  description,
  closesAt,
  groups,
  questions,
  anonymous,
}: CreatePollInput): string {
  const asked = {
    title,
    description: description ?? null,
    closesAt: closesAt?.toISOString() ?? null,
    groups: distinctGroups(groups ?? [])
      .map(groupKey)
      .sort(),
    questions: questions.map(({ text, options }) => [text, options]),
    // Only if given, so that older polls keep their fingerprints.
    ...(anonymous === true && { anonymous }),
  };
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
