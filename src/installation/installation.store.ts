import type { CampaignStatus } from '../campaigns/lifecycle.js';
import { rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';
import { WORKER_SILENCE_MS } from '../engine/workload.js';

export interface RecordedBot {
  botId: string;
  /** Null until Telegram has confirmed the bot. */
  username: string | null;
}

export interface WorkerRecord {
  name: string;
  seenAt: Date;
  runningChunks: number;
  problem: string | null;
}

const FIND = 'SELECT bot_id AS "botId", bot_username AS username FROM installation';

/** Of several bots at once, the first is recorded. */
const RECORD = 'INSERT INTO installation (bot_id) VALUES ($1) ON CONFLICT DO NOTHING';

/** A confirmed bot replaces an unconfirmed one, such as that of a mistyped token. */
const CONFIRM = 'UPDATE installation SET bot_id = $1, bot_username = $2 WHERE bot_username IS NULL';

const WITHDRAW = 'DELETE FROM installation WHERE bot_id = $1 AND bot_username IS NULL';

/** $1 bot, $2 its name. */
const ADOPT = `
  INSERT INTO installation AS known (bot_id, bot_username) VALUES ($1, $2)
  ON CONFLICT (only_row) DO UPDATE SET bot_id = excluded.bot_id, bot_username = excluded.bot_username
`;

/** The new bot may reach users whom the old one could not; deleted accounts stay. */
const FORGET_BLOCKS = `
  WITH forgotten AS (
    UPDATE telegram_user SET status = 'ACTIVE', updated_at = clock_timestamp()
    WHERE status IN ('BLOCKED', 'UNREACHABLE') RETURNING id
  )
  SELECT count(*)::integer AS count FROM forgotten
`;

/** Updates of another bot have numbers of their own. */
const FORGET_WISHES = 'DELETE FROM heard_wish';

const WORKERS = `
  SELECT worker.name, worker.seen_at AS "seenAt", worker.problem, (
    SELECT count(*)::integer FROM campaign_chunk chunk
    WHERE chunk.state = 'RUNNING' AND chunk.holder_key = worker.holder_key) AS "runningChunks"
  FROM worker WHERE worker.seen_at > clock_timestamp() - $1 * interval '1 millisecond'
  ORDER BY worker.name, worker.id
`;

const CAMPAIGN_COUNTS = `
  SELECT status, count(*)::integer AS count FROM notification_campaign GROUP BY status ORDER BY status
`;

/** State shared by all processes of an installation. */
export class InstallationStore {
  constructor(private readonly sql: SqlExecutor) {}

  async findBot(): Promise<RecordedBot | undefined> {
    return (await rows<RecordedBot>(this.sql, FIND))[0];
  }

  /** Records the bot if there is none. */
  async record(botId: string): Promise<void> {
    await rows(this.sql, RECORD, [botId]);
  }

  async confirm(botId: string, username: string): Promise<void> {
    await rows(this.sql, CONFIRM, [botId, username]);
  }

  /** Removes a bot that Telegram does not know. */
  async withdraw(botId: string): Promise<void> {
    await rows(this.sql, WITHDRAW, [botId]);
  }

  workers(): Promise<WorkerRecord[]> {
    return rows<WorkerRecord>(this.sql, WORKERS, [WORKER_SILENCE_MS]);
  }

  campaignCounts(): Promise<{ status: CampaignStatus; count: number }[]> {
    return rows(this.sql, CAMPAIGN_COUNTS);
  }
}

/** Makes the bot that of the installation. @returns how many users may be reachable again */
export function adoptBot(sql: TransactionalSql, botId: string, username: string): Promise<number> {
  return sql.transaction(async (transaction) => {
    await rows(transaction, ADOPT, [botId, username]);
    await rows(transaction, FORGET_WISHES);
    const [forgotten] = await rows<{ count: number }>(transaction, FORGET_BLOCKS);
    return forgotten?.count ?? 0;
  });
}
