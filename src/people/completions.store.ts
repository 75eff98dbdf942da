import { MAX_BUCKETS, type TimeBucket, type TimeCount } from '../graphql-types/time-bucket.js';
import { rows, type SqlExecutor } from '../database/rows.js';

const COMPLETIONS = `
  SELECT date_trunc($2, completed_at, $3) AS at, count(*)::integer AS count FROM poll_completion
  WHERE poll_id = $1 GROUP BY 1 ORDER BY 1 DESC LIMIT ${MAX_BUCKETS}
`;

export class CompletionStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** Completions of a poll by bucket, oldest first; empty buckets are left out. */
  async overTime(pollId: string, bucket: TimeBucket, timeZone: string): Promise<TimeCount[]> {
    const counts = await rows<TimeCount>(this.sql, COMPLETIONS, [pollId, bucket.toLowerCase(), timeZone]);
    return counts.reverse();
  }
}
