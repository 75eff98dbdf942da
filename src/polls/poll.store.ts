import type { DataSource, EntityManager, SelectQueryBuilder } from 'typeorm';
import { rows } from '../database/rows.js';
import { contains } from '../database/search.js';
import { nameGroups } from '../groups/group.store.js';
import { Poll, type PollStatus } from './poll.entity.js';
import { POLL_IS_OPEN, SHOWN_COUNT } from './poll-open.js';
import type { PollEdit } from './poll-edit.js';
import type { CreatePollInput, CreateQuestionInput, PollFilter } from './poll.types.js';
import { Question, QuestionOption } from './question.entity.js';

/** Of an anonymous poll, what may be shown: those of completed polls, in steps. */
const ANSWER_COUNTS = `
  SELECT option_id AS key, sum(count)::integer AS count FROM (
    SELECT option_id, count(*) AS count FROM answer WHERE option_id = ANY ($1) GROUP BY option_id
    UNION ALL
    SELECT option_id, count FROM erased_answer WHERE option_id = ANY ($1)
  ) counted
  JOIN question_option option ON option.id = option_id JOIN question ON question.id = option.question_id
  JOIN poll ON poll.id = question.poll_id AND NOT poll.anonymous
  GROUP BY option_id
  UNION ALL
  SELECT option_id, ${SHOWN_COUNT}
  FROM anonymous_count JOIN question_option option ON option.id = option_id
  JOIN question ON question.id = option.question_id JOIN poll ON poll.id = question.poll_id
  JOIN anonymous_tally tally ON tally.poll_id = poll.id
  WHERE option_id = ANY ($1)
`;

/** What was answered of an anonymous poll that was not completed is tied to people, and goes when it closes. */
const SET_STATUS = `
  WITH changed AS (
    UPDATE poll SET status = $2, updated_at = clock_timestamp() WHERE id = $1 AND status = ANY ($3)
    RETURNING id, anonymous AND status = 'CLOSED' AS erases
  ), erased AS (
    DELETE FROM answer USING question, changed
    WHERE answer.question_id = question.id AND question.poll_id = changed.id AND changed.erases
  )
  SELECT id FROM changed
`;

/** The same for polls that closed by themselves, and for answers that were under way when a poll was closed. */
const ERASE_ANONYMOUS = `
  DELETE FROM answer USING question, poll
  WHERE answer.question_id = question.id AND question.poll_id = poll.id AND poll.anonymous AND NOT ${POLL_IS_OPEN}
`;

const INSERT = `
  INSERT INTO poll (title, description, closes_at, anonymous, idempotency_key, idempotency_fingerprint)
  VALUES (:title, :description, :closesAt, :anonymous, :key, :fingerprint)
  ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
`;

const EDIT_COLUMNS = {
  title: 'title',
  description: 'description',
  closesAt: 'closes_at',
  anonymous: 'anonymous',
} as const;
type EditedColumns = Pick<PollEdit, keyof typeof EDIT_COLUMNS>;

const update = (columns: EditedColumns): string => `
  UPDATE poll SET
    ${(Object.keys(columns) as (keyof EditedColumns)[]).map((name) => `${EDIT_COLUMNS[name]} = :${name}, `).join('')}
    updated_at = clock_timestamp()
  WHERE id = :id AND (:anyStatus OR status = 'DRAFT')
  RETURNING id
`;

/** Nobody has answered the questions of a draft. */
const DELETE_QUESTIONS = 'DELETE FROM question WHERE poll_id = $1';

async function insertQuestions(
  manager: EntityManager,
  pollId: string,
  questions: readonly CreateQuestionInput[],
): Promise<void> {
  const asked = await manager.save(
    questions.map(({ text }, index) => manager.create(Question, { pollId, position: index + 1, text })),
  );
  const offered = asked.flatMap((question, index) =>
    (questions[index]?.options ?? []).map((text, place) =>
      manager.create(QuestionOption, { questionId: question.id, position: place + 1, text }),
    ),
  );
  await manager.save(offered);
}

export class PollStore {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string): Promise<Poll | null> {
    return this.dataSource.getRepository(Poll).findOneBy({ id });
  }

  list(filter: PollFilter | undefined): SelectQueryBuilder<Poll> {
    const query = this.dataSource.getRepository(Poll).createQueryBuilder('poll');
    if (filter?.status) query.andWhere('poll.status = ANY (:statuses)', { statuses: filter.status });
    if (filter?.titleContains != null) {
      const { sql, parameters } = contains('poll.title', filter.titleContains, 'title');
      query.andWhere(sql, parameters);
    }
    return query;
  }

  findByIdempotencyKey(idempotencyKey: string): Promise<Poll | null> {
    return this.dataSource.getRepository(Poll).findOneBy({ idempotencyKey });
  }

  /**
   * Creates the poll, its questions and their options in one transaction.
   * @param groups names
   * @returns null if the idempotency key is taken
   */
  create(
    { title, description, closesAt, anonymous, questions, idempotencyKey }: CreatePollInput,
    groups: readonly string[],
    fingerprint: string,
  ): Promise<Poll | null> {
    return this.dataSource.transaction(async (manager) => {
      const [poll] = await rows<{ id: string }>(manager, INSERT, {
        title,
        description: description ?? null,
        closesAt: closesAt ?? null,
        anonymous: anonymous ?? false,
        key: idempotencyKey ?? null,
        fingerprint: idempotencyKey == null ? null : fingerprint,
      });
      if (!poll) return null;
      await insertQuestions(manager, poll.id, questions);
      if (groups.length > 0) await nameGroups(manager, 'poll_group', poll.id, groups);
      return manager.findOneByOrFail(Poll, { id: poll.id });
    });
  }

  /** @returns false if what is fixed when the poll opens was to be changed, and it is no draft */
  update(id: string, { groups, questions, ...columns }: PollEdit): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const changed = await rows(manager, update(columns), {
        ...columns,
        id,
        anyStatus: !questions && columns.anonymous === undefined,
      });
      if (changed.length === 0) return false;
      if (questions) {
        await rows(manager, DELETE_QUESTIONS, [id]);
        await insertQuestions(manager, id, questions);
      }
      if (groups) await nameGroups(manager, 'poll_group', id, groups);
      return true;
    });
  }

  /** One compare-and-set. @returns whether the poll was in one of the statuses `from` */
  async setStatus(id: string, from: PollStatus[], to: PollStatus): Promise<boolean> {
    return (await rows(this.dataSource, SET_STATUS, [id, to, from])).length > 0;
  }

  /** Erases what is left of anonymous polls that are closed. */
  async eraseAnonymous(): Promise<void> {
    await rows(this.dataSource, ERASE_ANONYMOUS);
  }

  findMany(ids: readonly string[]): Promise<Poll[]> {
    const query = this.dataSource.getRepository(Poll).createQueryBuilder('poll');
    return query.where('poll.id = ANY (:ids)', { ids }).getMany();
  }

  findQuestions(ids: readonly string[]): Promise<Question[]> {
    const query = this.dataSource.getRepository(Question).createQueryBuilder('question');
    return query.where('question.id = ANY (:ids)', { ids }).getMany();
  }

  findOptions(ids: readonly string[]): Promise<QuestionOption[]> {
    const query = this.dataSource.getRepository(QuestionOption).createQueryBuilder('option');
    return query.where('option.id = ANY (:ids)', { ids }).getMany();
  }

  questionsOf(pollIds: readonly string[]): Promise<Question[]> {
    const query = this.dataSource.getRepository(Question).createQueryBuilder('question');
    return query
      .where('question.pollId = ANY (:pollIds)', { pollIds })
      .orderBy('question.position')
      .getMany();
  }

  optionsOf(questionIds: readonly string[]): Promise<QuestionOption[]> {
    const query = this.dataSource.getRepository(QuestionOption).createQueryBuilder('option');
    return query
      .where('option.questionId = ANY (:questionIds)', { questionIds })
      .orderBy('option.position')
      .getMany();
  }

  answerCounts(optionIds: readonly string[]): Promise<Map<string, number>> {
    return this.counts(ANSWER_COUNTS, optionIds);
  }

  private async counts(sql: string, ids: readonly string[]): Promise<Map<string, number>> {
    const found = await rows<{ key: string; count: number }>(this.dataSource, sql, [ids]);
    return new Map(found.map(({ key, count }) => [key, count]));
  }
}
