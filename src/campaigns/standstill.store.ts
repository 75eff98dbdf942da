import { rows, type SqlExecutor } from '../database/rows.js';
import { findStuck, WORKER_SILENCE_MS } from '../sending/workload.js';
import { StandstillCode } from './campaign.types.js';

export interface Standstill {
  campaignId: string;
  code: StandstillCode;
  /** When it is likely to be over. */
  until: Date | null;
}

const KNOWN_REASONS = `
  WITH throttled AS (
    SELECT max(blocked_until) AS until FROM rate_limit WHERE blocked_until > clock_timestamp()
  ), worker AS (
    SELECT EXISTS (SELECT FROM worker WHERE seen_at > clock_timestamp() - $2 * interval '1 millisecond') AS alive
  )
  SELECT campaign.id AS "campaignId", CASE WHEN worker.alive THEN 'BOT_THROTTLED' ELSE 'NO_WORKER' END AS code,
    CASE WHEN worker.alive THEN throttled.until END AS until
  FROM notification_campaign campaign, throttled, worker
  WHERE campaign.id = ANY ($1::bigint[]) AND campaign.status = 'PROCESSING'
    AND (NOT worker.alive OR throttled.until IS NOT NULL)
`;

/** Why running campaigns make no progress. */
export class StandstillStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** @returns those of the campaigns that stand still */
  async find(campaignIds: readonly string[]): Promise<Standstill[]> {
    const [known, stuck] = await Promise.all([
      rows<Standstill>(this.sql, KNOWN_REASONS, [campaignIds, WORKER_SILENCE_MS]),
      findStuck(this.sql),
    ]);
    const explained = new Set(known.map(({ campaignId }) => campaignId));
    const unexplained = stuck.filter(({ id }) => campaignIds.includes(id) && !explained.has(id));
    return [
      ...known,
      ...unexplained.map(({ id }) => ({ campaignId: id, code: StandstillCode.NO_PROGRESS, until: null })),
    ];
  }
}
