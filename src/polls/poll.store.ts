import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { rows } from '../database/rows.js';
import { contains } from '../database/search.js';
import { Poll, type PollStatus } from './poll.entity.js';
import type { CreatePollInput, PollFilter } from './poll.types.js';
import { Question, QuestionOption } from './question.entity.js';

const ANSWER_COUNTS = `
  SELECT option_id AS key, count(*)::integer AS count FROM answer WHERE option_id = ANY ($1) GROUP BY option_id
`;

const SET_STATUS = `
  UPDATE poll SET status = $2, updated_at = clock_timestamp() WHERE id = $1 AND status = ANY ($3) RETURNING id
`;

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

  /** Creates the poll, its questions and their options in one transaction. */
  create({ title, description, closesAt, questions }: CreatePollInput): Promise<Poll> {
    return this.dataSource.transaction(async (manager) => {
      const poll = await manager.save(manager.create(Poll, { title, description, closesAt }));
      const asked = await manager.save(
        questions.map(({ text }, index) =>
          manager.create(Question, { pollId: poll.id, position: index + 1, text }),
        ),
      );
      const offered = asked.flatMap((question, index) =>
        (questions[index]?.options ?? []).map((text, place) =>
          manager.create(QuestionOption, { questionId: question.id, position: place + 1, text }),
        ),
      );
      await manager.save(offered);
      return manager.findOneByOrFail(Poll, { id: poll.id });
    });
  }

  /** One compare-and-set. @returns whether the poll was in one of the statuses `from` */
  async setStatus(id: string, from: PollStatus[], to: PollStatus): Promise<boolean> {
    return (await rows(this.dataSource, SET_STATUS, [id, to, from])).length > 0;
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
