import type { DataSource } from 'typeorm';
import { withFreshPlans } from '../database/fresh-plans.js';
import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import { forgetUnused } from '../groups/group.store.js';
import { ANY_MESSAGE, COMPARABLE } from './heard.js';
import { replaceGroups } from './membership.store.js';
import type { TelegramUserInput } from './people.types.js';
import { TelegramUser } from './telegram-user.entity.js';

export interface ImportCounts {
  created: number;
  updated: number;
}

/**
 * The ids in `keep...` are those whose username, ... was left out and stays. In the order of ids, as every statement that
 * changes many users. xmax is 0 only on rows that this statement inserted.
 */
const IMPORT = `
  WITH imported AS (
    INSERT INTO telegram_user AS person (id, username, first_name, last_name, language_code, time_zone)
    SELECT * FROM unnest(:ids::bigint[], :usernames::text[], :firstNames::text[], :lastNames::text[], :languageCodes::text[],
      :timeZones::text[]) AS given (id)
    ORDER BY given.id
    ON CONFLICT (id) DO UPDATE SET
      username = CASE WHEN person.id = ANY (:keepUsername::bigint[]) THEN person.username ELSE excluded.username END,
      first_name = CASE WHEN person.id = ANY (:keepFirstName::bigint[]) THEN person.first_name ELSE excluded.first_name END,
      last_name = CASE WHEN person.id = ANY (:keepLastName::bigint[]) THEN person.last_name ELSE excluded.last_name END,
      language_code = CASE
        WHEN person.id = ANY (:keepLanguageCode::bigint[]) THEN person.language_code ELSE excluded.language_code END,
      time_zone = CASE WHEN person.id = ANY (:keepTimeZone::bigint[]) THEN person.time_zone ELSE excluded.time_zone END,
      updated_at = clock_timestamp()
    RETURNING xmax = 0 AS created
  )
  SELECT count(*) FILTER (WHERE created)::integer AS created, count(*) FILTER (WHERE NOT created)::integer AS updated
  FROM imported
`;

/** Whether a block or an unblock is known that is newer than the update :updateId, which may come late, or again. */
const IS_OLD = `EXISTS (
  SELECT FROM heard_wish heard WHERE heard.user_id = :id::bigint AND heard.poll_id = ${ANY_MESSAGE}
    AND heard.update_id > :updateId::bigint AND heard.heard_at >= clock_timestamp() - ${COMPARABLE})`;

const RECORD_WRITER = `
  INSERT INTO telegram_user AS person (id, username, first_name, last_name, language_code, reachable_at)
  VALUES (:id, :username, :firstName, :lastName, :languageCode, clock_timestamp())
  ON CONFLICT (id) DO UPDATE SET
    username = excluded.username, first_name = excluded.first_name, last_name = excluded.last_name,
    language_code = excluded.language_code, status = CASE WHEN ${IS_OLD} THEN person.status ELSE 'ACTIVE' END,
    reachable_at = CASE WHEN ${IS_OLD} THEN person.reachable_at ELSE excluded.reachable_at END, updated_at = clock_timestamp()
  RETURNING opted_out_at IS NOT NULL AS "optedOut", time_zone AS "timeZone"
`;

/** An opt-out keeps its first instant. */
const SET_REMINDERS = `
  UPDATE telegram_user SET
    opted_out_at = CASE WHEN NOT $2::boolean THEN coalesce(opted_out_at, clock_timestamp()) END, updated_at = clock_timestamp()
  WHERE id = $1 AND (opted_out_at IS NULL) <> $2
`;

const UNKNOWN_USERS = `
  SELECT wanted.id FROM unnest($1::bigint[]) AS wanted (id)
  WHERE NOT EXISTS (SELECT FROM telegram_user person WHERE person.id = wanted.id)
  ORDER BY wanted.id LIMIT 1000
`;

/** In the order of ids, so that concurrent statements wait for each other instead of deadlocking. */
const RECORD_COMPLETIONS = `
  WITH recorded AS (
    INSERT INTO poll_completion (poll_id, user_id) SELECT $1, id FROM unnest($2::bigint[]) AS wanted (id)
    ORDER BY id ON CONFLICT DO NOTHING RETURNING user_id
  )
  SELECT count(*)::integer AS count FROM recorded
`;

type ImportedColumn = 'username' | 'firstName' | 'lastName' | 'languageCode' | 'timeZone';

export class PeopleStore {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string): Promise<TelegramUser | null> {
    return this.dataSource.getRepository(TelegramUser).findOneBy({ id });
  }

  findMany(ids: readonly string[]): Promise<TelegramUser[]> {
    const query = this.dataSource.getRepository(TelegramUser).createQueryBuilder('person');
    return query.where('person.id = ANY (:ids)', { ids }).getMany();
  }

  /** Writes users, and replaces the groups of those for whom they are given. @param people users with distinct ids */
  async import(people: readonly TelegramUserInput[]): Promise<ImportCounts> {
    const moved = people.flatMap(({ id, groups }) =>
      groups === undefined ? [] : [{ userId: id, groups: groups ?? [] }],
    );
    if (moved.length === 0) return this.write(this.dataSource, people);
    let left: string[] = [];
    const counts = await withFreshPlans(this.dataSource, async (sql) => {
      const written = await this.write(sql, people);
      left = await replaceGroups(sql, moved);
      return written;
    });
    await forgetUnused(this.dataSource, left);
    return counts;
  }

  private write(sql: SqlExecutor, people: readonly TelegramUserInput[]): Promise<ImportCounts> {
    const values = (column: ImportedColumn) => people.map((person) => person[column] ?? null);
    const leftOut = (column: ImportedColumn) =>
      people.filter((person) => person[column] === undefined).map((person) => person.id);
    return oneRow<ImportCounts>(sql, IMPORT, {
      ids: people.map((person) => person.id),
      usernames: values('username'),
      firstNames: values('firstName'),
      lastNames: values('lastName'),
      languageCodes: values('languageCode'),
      timeZones: values('timeZone'),
      keepUsername: leftOut('username'),
      keepFirstName: leftOut('firstName'),
      keepLastName: leftOut('lastName'),
      keepLanguageCode: leftOut('languageCode'),
      keepTimeZone: leftOut('timeZone'),
    });
  }

  /**
   * Records a user who has written to the bot in private, and so can be reached unless they have blocked it since.
   * @param updateId number of the update
   * @returns whether they have opted out, and their time zone if it is known
   */
  async recordWriter(
    { id, username, firstName, lastName, languageCode }: TelegramUserInput,
    updateId: number,
  ): Promise<{ optedOut: boolean; timeZone: string | null }> {
    return oneRow(this.dataSource, RECORD_WRITER, {
      id,
      updateId,
      username: username ?? null,
      firstName: firstName ?? null,
      lastName: lastName ?? null,
      languageCode: languageCode ?? null,
    });
  }

  /** Lets a user take part again, or no longer. Whether messages reach the user is another fact, and stays. */
  async setReminders(id: string, wanted: boolean): Promise<void> {
    await rows(this.dataSource, SET_REMINDERS, [id, wanted]);
  }

  /** The first thousand ids that belong to no user. */
  async unknown(ids: readonly string[]): Promise<string[]> {
    return (await rows<{ id: string }>(this.dataSource, UNKNOWN_USERS, [ids])).map(({ id }) => id);
  }

  async recordCompletions(pollId: string, userIds: readonly string[]): Promise<number> {
    const { count } = await withFreshPlans(this.dataSource, (sql) =>
      oneRow<{ count: number }>(sql, RECORD_COMPLETIONS, [pollId, userIds]),
    );
    return count;
  }
}
