import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { oneRow, rows } from '../database/rows.js';
import type { Condition } from '../database/search.js';
import type { PageWindow } from '../kernel/pages.js';
import { Poll } from '../polls/poll.entity.js';
import { PeopleListStore } from './people-list.store.js';
import { Participation } from './participation.js';
import type { KeyedAnswer, ParticipantFilter, Standing } from './participants.types.js';
import type { TelegramUser } from './telegram-user.entity.js';

/** Groups that the poll is for, and completions of people who were erased, who are no participants any more. */
const POLL_SCOPE = `
  SELECT coalesce(array_agg(group_id), '{}') AS "pollGroups",
    coalesce((SELECT count FROM erased_completion WHERE poll_id = $1), 0) AS erased
  FROM poll_group WHERE poll_id = $1
`;

const DONE = 'SELECT done.user_id FROM poll_completion done WHERE done.poll_id = :pollId';
const BEGUN = 'SELECT start.user_id FROM poll_start start WHERE start.poll_id = :pollId';

const isIn = (those: string, alias: string): string => `EXISTS (${those} AND ${alias}.user_id = person.id)`;
const [HAS_DONE, HAS_BEGUN] = [isIn(DONE, 'done'), isIn(BEGUN, 'start')];

/** Each combination as one condition that an index of the poll supports. */
function participationCondition(wanted: ReadonlySet<Participation>): string | undefined {
  const has = (participation: Participation) => wanted.has(participation);
  const key = [Participation.NOT_STARTED, Participation.STARTED, Participation.COMPLETED].map((one) =>
    has(one) ? '1' : '0',
  );
  return {
    '000': 'FALSE',
    '001': HAS_DONE,
    '010': `${HAS_BEGUN} AND NOT ${HAS_DONE}`,
    '011': `person.id IN (${DONE} UNION ALL ${BEGUN})`,
    '100': `NOT ${HAS_BEGUN} AND NOT ${HAS_DONE}`,
    '101': `(NOT ${HAS_BEGUN} OR ${HAS_DONE})`,
    '110': `NOT ${HAS_DONE}`,
  }[key.join('')];
}

export interface PollScope {
  /** Groups that the poll is for; empty for everybody. */
  pollGroups: readonly string[];
  /** Completions of people who were erased. */
  erased: number;
}

/** Which participants of which poll. */
export interface ParticipantQuery extends PollScope {
  pollId: string;
  filter: ParticipantFilter;
  /** Members of one of these groups only. */
  groupIds: readonly string[] | undefined;
}

function buildCondition({ pollId, pollGroups, filter }: ParticipantQuery): Condition {
  const conditions: string[] = [];
  if (pollGroups.length > 0) {
    conditions.push(`person.id IN (
      SELECT member.user_id FROM group_member member WHERE member.group_id = ANY (:pollGroups))`);
  }
  const participation = filter.participation && participationCondition(new Set(filter.participation));
  if (participation) conditions.push(participation);
  return { sql: conditions.join(' AND ') || 'TRUE', parameters: { pollId, pollGroups } };
}

/** $1 polls and $2 users, by pairs. */
const STANDINGS = `
  SELECT wanted.poll_id || '_' || wanted.user_id AS key, done.completed_at AS "completedAt",
    CASE WHEN done.user_id IS NOT NULL THEN 'COMPLETED' WHEN start.user_id IS NOT NULL THEN 'STARTED' ELSE 'NOT_STARTED' END
      AS participation,
    (SELECT count(*) FROM question LEFT JOIN answer ON answer.question_id = question.id AND answer.user_id = wanted.user_id
      WHERE question.poll_id = wanted.poll_id
        AND (answer.user_id IS NOT NULL OR poll.anonymous AND done.user_id IS NOT NULL))::integer AS "answeredQuestions",
    EXISTS (SELECT FROM declined_poll no WHERE no.poll_id = wanted.poll_id AND no.user_id = wanted.user_id) AS declined,
    (SELECT remind_at FROM later_reminder later
      WHERE later.poll_id = wanted.poll_id AND later.user_id = wanted.user_id AND later.status = 'PENDING') AS "remindAt"
  FROM unnest($1::bigint[], $2::bigint[]) AS wanted (poll_id, user_id)
  JOIN poll ON poll.id = wanted.poll_id
  LEFT JOIN poll_completion done ON done.poll_id = wanted.poll_id AND done.user_id = wanted.user_id
  LEFT JOIN poll_start start ON start.poll_id = wanted.poll_id AND start.user_id = wanted.user_id
`;

/** In the order of the questions. $1 polls and $2 users, by pairs. */
const ANSWERS = `
  SELECT wanted.poll_id || '_' || wanted.user_id AS key, question.id AS "questionId", answer.option_id AS "optionId",
    answer.answered_at AS "answeredAt"
  FROM unnest($1::bigint[], $2::bigint[]) AS wanted (poll_id, user_id)
  JOIN question ON question.poll_id = wanted.poll_id
  JOIN poll ON poll.id = question.poll_id AND NOT poll.anonymous
  JOIN answer ON answer.question_id = question.id AND answer.user_id = wanted.user_id
  ORDER BY question.position
`;

/** The polls that are for :userId. A draft is for nobody yet. */
const IS_FOR_USER = `poll.status <> 'DRAFT' AND (
  NOT EXISTS (SELECT FROM poll_group named WHERE named.poll_id = poll.id)
  OR EXISTS (SELECT FROM poll_group named JOIN group_member member ON member.group_id = named.group_id
    WHERE named.poll_id = poll.id AND member.user_id = :userId))`;

/** Who takes part in which poll, and how far they are. */
export class ParticipantStore {
  private readonly people: PeopleListStore;

  constructor(private readonly dataSource: DataSource) {
    this.people = new PeopleListStore(dataSource);
  }

  scope(pollId: string): Promise<PollScope> {
    return oneRow<PollScope>(this.dataSource, POLL_SCOPE, [pollId]);
  }

  page(query: ParticipantQuery, window: PageWindow): Promise<TelegramUser[]> {
    return this.people.page(query.filter, window, query.groupIds, buildCondition(query));
  }

  count(query: ParticipantQuery): Promise<number> {
    return this.people.count(query.filter, query.groupIds, buildCondition(query));
  }

  pollsFor(userId: string): SelectQueryBuilder<Poll> {
    const query = this.dataSource.getRepository(Poll).createQueryBuilder('poll');
    return query.where(IS_FOR_USER, { userId });
  }

  standings(keys: readonly string[]): Promise<Standing[]> {
    return rows<Standing>(this.dataSource, STANDINGS, pairs(keys));
  }

  answers(keys: readonly string[]): Promise<KeyedAnswer[]> {
    return rows<KeyedAnswer>(this.dataSource, ANSWERS, pairs(keys));
  }
}

/** Polls and users of keys. */
export function pairs(keys: readonly string[]): [polls: string[], users: string[]] {
  const split = keys.map((key) => key.split('_'));
  return [split.map(([poll = '']) => poll), split.map(([, user = '']) => user)];
}
