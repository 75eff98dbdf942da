import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a search compares: compatible forms of letters are one, and letter case is aside. Upper before lower, since some
 * letters have two small forms, as the Greek sigma.
 */
const FOLD_TEXT = `
  CREATE OR REPLACE FUNCTION fold_text(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN lower(upper(normalize($1, NFKC)))
`;

/** Each word after a space, so that the start of a word can be looked for. */
const PERSON_TEXT = `
  CREATE OR REPLACE FUNCTION person_text(first_name text, last_name text, username text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN fold_text(' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(username, ''))
`;

/**
 * The parts of a text by which an index finds it: every three letters in a row, as a number, and the first letter of each
 * word. With shortest 1 also every letter and every two. pg_trgm goes by the letters of the database's locale, and would
 * find nothing but ASCII in one of locale C.
 */
const TEXT_GRAMS = `
  CREATE OR REPLACE FUNCTION text_grams(given text, shortest integer) RETURNS bigint[]
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
  DECLARE
    grams bigint[] := '{}';
    gram bigint := 0;
    letter text;
    place integer := 0;
  BEGIN
    -- 21 bits hold any letter: three of them are one positive bigint.
    FOREACH letter IN ARRAY string_to_array(given, NULL) LOOP
      place := place + 1;
      IF shortest = 1 THEN grams := grams || ascii(letter)::bigint; END IF;
      gram := (gram << 21 | ascii(letter)) & 9223372036854775807;
      IF place > 1 AND (shortest = 1 OR gram >> 21 & 2097151 = 32) THEN
        grams := grams || (gram & 4398046511103);
      END IF;
      IF place > 2 THEN grams := grams || gram; END IF;
    END LOOP;
    RETURN grams;
  END $$
`;

/** Without a lock on the tables, of which some are large. */
const INDEXES = {
  telegram_user_search_idx:
    'telegram_user USING gin (text_grams(person_text(first_name, last_name, username), 3))',
  telegram_user_name_idx: `telegram_user (
    (CASE WHEN first_name IS NULL AND last_name IS NULL THEN 1 ELSE 0 END),
    fold_text(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))), id)`,
  telegram_user_created_idx: 'telegram_user (created_at, id)',
  delivery_reason_idx: 'delivery (campaign_id, reason, user_id) WHERE reason IS NOT NULL',
  poll_search_idx: 'poll USING gin (text_grams(fold_text(title), 1))',
  poll_title_idx: 'poll (fold_text(title), id)',
  poll_closes_idx: `poll (coalesce(closes_at, 'infinity'), id)`,
  notification_campaign_search_idx: 'notification_campaign USING gin (text_grams(fold_text(name), 1))',
  notification_campaign_started_idx: `notification_campaign (coalesce(started_at, '-infinity'), id)`,
  notification_campaign_scheduled_idx: `notification_campaign (coalesce(scheduled_for, 'infinity'), id)`,
  notification_campaign_total_idx: 'notification_campaign (total_users, id)',
  audit_entry_poll_idx: 'audit_entry (poll_id, id)',
  audit_entry_outcome_idx: 'audit_entry (outcome, id)',
  audit_entry_at_idx: 'audit_entry (at)',
};

const LOCK_TIMEOUT = `SELECT current_setting('lock_timeout') AS limit`;

/** Searches of people, polls and campaigns, filters of deliveries and the audit log, and further orders of lists. */
export class Search1790001800000 implements MigrationInterface {
  readonly name = 'Search1790001800000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [FOLD_TEXT, PERSON_TEXT, TEXT_GRAMS]) await queryRunner.query(statement);
    // It waits for transactions that began before, and nobody waits for it.
    const [{ limit }] = (await queryRunner.query(LOCK_TIMEOUT)) as [{ limit: string }];
    await queryRunner.query('SET lock_timeout = 0');
    for (const [name, on] of Object.entries(INDEXES)) {
      // What an interrupted migration has left is not valid.
      await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await queryRunner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
    }
    await queryRunner.query(`SET lock_timeout = '${limit}'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await queryRunner.query(`DROP INDEX ${name}`);
    await queryRunner.query('DROP FUNCTION text_grams, person_text, fold_text');
  }
}
