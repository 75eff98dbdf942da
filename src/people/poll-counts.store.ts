import { despiteDeletions } from '../kernel/despite-deletions.js';
import { rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';
import { MAY_BE_REMINDED } from './reachable.js';

/** Counts of a poll. */
export interface PollCounts {
  pollId: string;
  /** Users whom the poll is for. */
  participantCount: number;
  /** Participants who answered some but not all questions. */
  startedCount: number;
  /** Users who completed it, participants or not. */
  completedCount: number;
  /** Reachable participants who have not completed it. */
  audienceSize: number;
}

/** Members of the groups of a poll; nobody if it is for everybody. */
const MEMBERS = `(
  SELECT DISTINCT member.user_id FROM poll_group JOIN group_member member USING (group_id) WHERE poll_group.poll_id = poll.id)`;

const IS_GROUPED = 'EXISTS (SELECT FROM poll_group WHERE poll_group.poll_id = poll.id)';

/** Who of the reachable wants no reminders of the poll, and has not completed it: few, and read by their rows. */
const DECLINED = `(
  SELECT count(*) FROM declined_poll no JOIN telegram_user person ON person.id = no.user_id
  WHERE no.poll_id = poll.id AND ${MAY_BE_REMINDED}
    AND NOT EXISTS (SELECT FROM poll_completion done WHERE done.poll_id = no.poll_id AND done.user_id = no.user_id)
    AND (NOT ${IS_GROUPED} OR no.user_id IN ${MEMBERS}))`;

/** The counters of polls by their rows: all that is read of a poll, whatever its size. $1 polls. */
const COUNT_ROWS = `
  SELECT poll.id AS poll_id, scope.grouped, scope.participants, scope.reachable, acts.completed, acts.reachable_done, begun.started
  FROM poll
  CROSS JOIN LATERAL (
    SELECT ${IS_GROUPED} AS grouped, count(*) AS participants, count(*) FILTER (WHERE ${MAY_BE_REMINDED}) AS reachable
    FROM ${MEMBERS} member JOIN telegram_user person ON person.id = member.user_id
  ) scope
  CROSS JOIN LATERAL (
    SELECT count(*) + coalesce((SELECT erased.count FROM erased_completion erased WHERE erased.poll_id = poll.id), 0)
        AS completed, count(*) FILTER (
      WHERE ${MAY_BE_REMINDED} AND (NOT scope.grouped OR member.user_id IS NOT NULL)) AS reachable_done
    FROM poll_completion done
    LEFT JOIN telegram_user person ON person.id = done.user_id
    LEFT JOIN ${MEMBERS} member ON member.user_id = done.user_id
    WHERE done.poll_id = poll.id
  ) acts
  CROSS JOIN LATERAL (
    SELECT count(*) AS started FROM poll_start start LEFT JOIN ${MEMBERS} member ON member.user_id = start.user_id
    WHERE start.poll_id = poll.id AND (NOT scope.grouped OR member.user_id IS NOT NULL)
  ) begun
  WHERE poll.id = ANY ($1)
`;

const SUMS = ['participants', 'reachable', 'completed', 'reachable_done', 'started'] as const;

const sumDeltas = SUMS.map((name) => `coalesce(sum(delta.${name}), 0) AS ${name}`).join(', ');

const EVERYBODY = `
  SELECT people_count.participants + change.participants AS participants, people_count.reachable + change.reachable AS reachable
  FROM people_count, (SELECT ${sumDeltas} FROM poll_count_delta delta WHERE delta.poll_id IS NULL) change
`;

/** $1 polls. Those that are not counted yet are missing. */
const READ = `
  SELECT counted.poll_id::text AS "pollId",
    (CASE WHEN ${IS_GROUPED} THEN counted.participants + change.participants ELSE everybody.participants END)::integer
      AS "participantCount",
    greatest(0, counted.started + change.started)::integer AS "startedCount",
    greatest(0, counted.completed + change.completed)::integer AS "completedCount",
    greatest(0, CASE WHEN ${IS_GROUPED} THEN counted.reachable + change.reachable ELSE everybody.reachable END
      - counted.reachable_done - change.reachable_done - ${DECLINED})::integer AS "audienceSize"
  FROM (${EVERYBODY}) everybody, poll_count counted JOIN poll ON poll.id = counted.poll_id
  CROSS JOIN LATERAL (SELECT ${sumDeltas} FROM poll_count_delta delta WHERE delta.poll_id = counted.poll_id) change
  WHERE counted.poll_id = ANY ($1)
`;

/** The same by the rows. $1 polls. */
const READ_ROWS = `
  SELECT exact.poll_id::text AS "pollId", exact.completed::integer AS "completedCount", exact.started::integer AS "startedCount",
    (CASE WHEN exact.grouped THEN exact.participants ELSE everybody.participants END)::integer AS "participantCount",
    (CASE WHEN exact.grouped THEN exact.reachable ELSE everybody.reachable END - exact.reachable_done
      - ${DECLINED})::integer AS "audienceSize"
  FROM (${EVERYBODY}) everybody, (${COUNT_ROWS}) exact JOIN poll ON poll.id = exact.poll_id
`;

/** Deltas are folded by one process at a time, and not while counters are replaced. */
const LOCK = `SELECT pg_try_advisory_xact_lock(hashtext('poll counts')) AS locked`;

/** Of a poll without counters nothing is kept: counting its rows will include it. */
const FOLD = `
  WITH delta AS (
    DELETE FROM poll_count_delta RETURNING *
  ), people AS (
    UPDATE people_count SET participants = people_count.participants + change.participants,
      reachable = people_count.reachable + change.reachable
    FROM (SELECT ${sumDeltas} FROM delta WHERE poll_id IS NULL) change
    WHERE change.participants <> 0 OR change.reachable <> 0
  ), polls AS (
    UPDATE poll_count SET ${SUMS.map((name) => `${name} = poll_count.${name} + change.${name}`).join(', ')}
    FROM (SELECT poll_id, ${sumDeltas} FROM delta GROUP BY poll_id) change
    WHERE poll_count.poll_id = change.poll_id
  )
  SELECT count(*)::integer AS count FROM delta
`;

/** Polls whose counters are missing, or were last compared with the rows the longest ago. */
const DUE = `
  SELECT poll.id FROM poll LEFT JOIN poll_count counted ON counted.poll_id = poll.id
  WHERE counted.poll_id IS NULL OR counted.counted_at < clock_timestamp() - interval '1 hour'
  ORDER BY counted.counted_at NULLS FIRST LIMIT $1
`;

/**
 * Counts the rows of a poll. What they hold, and no more, is in the deltas that the same snapshot sees. Answers whether the
 * counters were wrong. $1 one poll in an array.
 */
const RECOUNT = `
  WITH exact AS MATERIALIZED (${COUNT_ROWS}), delta AS (
    DELETE FROM poll_count_delta WHERE poll_id = ANY ($1) RETURNING *
  ), known AS (
    SELECT ${SUMS.map((name) => `counted.${name} + change.${name} AS ${name}`).join(', ')}
    FROM poll_count counted, (SELECT ${sumDeltas} FROM delta) change WHERE counted.poll_id = ANY ($1)
  ), written AS (
    INSERT INTO poll_count (poll_id, ${SUMS.join(', ')}, counted_at)
    SELECT poll_id, ${SUMS.join(', ')}, clock_timestamp() FROM exact
    ON CONFLICT (poll_id) DO UPDATE SET ${SUMS.map((name) => `${name} = excluded.${name}`).join(', ')}, counted_at = excluded.counted_at
  )
  SELECT EXISTS (SELECT FROM known, exact WHERE (known.completed, known.reachable_done, known.started)
      <> (exact.completed, exact.reachable_done, exact.started)
    OR exact.grouped AND (known.participants, known.reachable) <> (exact.participants, exact.reachable)) AS wrong
`;

const RECOUNT_PEOPLE = `
  WITH exact AS MATERIALIZED (
    SELECT count(*) AS participants, count(*) FILTER (WHERE ${MAY_BE_REMINDED}) AS reachable FROM telegram_user person
  ), delta AS (
    DELETE FROM poll_count_delta WHERE poll_id IS NULL RETURNING *
  ), known AS (
    SELECT counted.participants + change.participants AS participants, counted.reachable + change.reachable AS reachable
    FROM people_count counted, (SELECT ${sumDeltas} FROM delta) change
  ), written AS (
    UPDATE people_count SET participants = exact.participants, reachable = exact.reachable, counted_at = clock_timestamp()
    FROM exact
  )
  SELECT (known.participants, known.reachable) <> (exact.participants, exact.reachable) AS wrong FROM known, exact
`;

const PEOPLE_DUE = `
  SELECT counted_at < clock_timestamp() - interval '1 hour' AS due FROM people_count
`;

/** Polls compared with their rows at once: a second or two where there are a million people. */
const BATCH = 10;

/**
 * Counters of polls. Triggers append what changes to poll_count_delta, so that no statement waits for a shared row; a read
 * adds what is not folded yet, so that it lags behind nothing.
 */
export class PollCountStore {
  constructor(private readonly sql: TransactionalSql) {}

  /** Reads no table of people, but for polls that are not counted yet. */
  async read(pollIds: readonly string[]): Promise<PollCounts[]> {
    const counted = await rows<PollCounts>(this.sql, READ, [pollIds]);
    const known = new Set(counted.map(({ pollId }) => pollId));
    const missing = pollIds.filter((id) => !known.has(id));
    if (missing.length === 0) return counted;
    return [...counted, ...(await rows<PollCounts>(this.sql, READ_ROWS, [missing]))];
  }

  /** Counts a poll whose groups have changed; the reconciler does it where this is not reached. */
  async count(pollId: string): Promise<void> {
    await this.recount((sql) => rows(sql, RECOUNT, [[pollId]]));
  }

  /**
   * Folds deltas, and compares the counters that are due with the rows, one poll in a transaction.
   * @param signal stops after the current poll
   * @returns how many counters were wrong
   */
  async reconcile(signal?: AbortSignal): Promise<number> {
    await this.locked((sql) => rows(sql, FOLD));
    let wrong = 0;
    const [people] = await rows<{ due: boolean }>(this.sql, PEOPLE_DUE);
    if (people?.due) wrong += await this.compare((sql) => rows(sql, RECOUNT_PEOPLE));
    const due = await rows<{ id: string }>(this.sql, DUE, [BATCH]);
    for (const { id } of due) {
      if (signal?.aborted) break;
      wrong += await this.compare((sql) => rows(sql, RECOUNT, [[id]]));
    }
    return wrong;
  }

  private async compare(recount: (sql: SqlExecutor) => Promise<{ wrong: boolean }[]>): Promise<number> {
    const compared = await this.recount(recount);
    return compared?.[0]?.wrong ? 1 : 0;
  }

  /** Of a poll that is deleted meanwhile nothing is counted. */
  private recount<T>(count: (sql: SqlExecutor) => Promise<T>): Promise<T | undefined> {
    return despiteDeletions(() => this.locked(count));
  }

  /** @returns undefined if another process is at it */
  private locked<T>(work: (sql: SqlExecutor) => Promise<T>): Promise<T | undefined> {
    return this.sql.transaction(async (sql) => {
      const [lock] = await rows<{ locked: boolean }>(sql, LOCK);
      return lock?.locked ? work(sql) : undefined;
    });
  }
}
