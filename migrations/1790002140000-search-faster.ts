import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Gives what it gave. Most texts have no other form, which is faster to see than to make. */
const FOLD_TEXT = `
  CREATE OR REPLACE FUNCTION fold_text(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN lower(upper(CASE WHEN $1 IS NFKC NORMALIZED THEN $1 ELSE normalize($1, NFKC) END))
`;

const FOLD_TEXT_BEFORE = `
  CREATE OR REPLACE FUNCTION fold_text(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN lower(upper(normalize($1, NFKC)))
`;

/**
 * Of the grams of a folded term as few as have all its letters: the index is read for each, and LIKE checks the rows anyway.
 * The last element of the grams of three letters is they themselves.
 */
const TERM_GRAMS = `
  CREATE OR REPLACE FUNCTION term_grams(folded text) RETURNS bigint[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE WHEN length(folded) < 3 THEN text_grams(folded, 3) ELSE ARRAY (
    SELECT grams[cardinality(grams)] FROM (
      SELECT text_grams(substr(folded, least(place, length(folded) - 2), 3), 3) AS grams
      FROM generate_series(1, length(folded), 3) place
    ) parts
  ) END
`;

/** Columns of indexes that call fold_text. */
const FOLDED = [
  ['telegram_user_search_idx', 1],
  ['telegram_user_name_idx', 2],
  ['poll_search_idx', 1],
  ['poll_title_idx', 1],
  ['notification_campaign_search_idx', 1],
] as const;

/**
 * Connections that are open keep the body of a function within their indexes, and would not find these by the new one. A change
 * of an index, even to what it is, makes them read it again; it locks out neither reads nor writes.
 */
async function refold(queryRunner: QueryRunner, foldText: string): Promise<void> {
  await queryRunner.query(foldText);
  for (const [index, column] of FOLDED)
    await queryRunner.query(`ALTER INDEX ${index} ALTER COLUMN ${column} SET STATISTICS -1`);
}

/** Searches read less of the index, and fold the names of what they find at a fraction of the time. */
export class SearchFaster1790002140000 implements MigrationInterface {
  readonly name = 'SearchFaster1790002140000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await refold(queryRunner, FOLD_TEXT);
    await queryRunner.query(TERM_GRAMS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP FUNCTION term_grams');
    await refold(queryRunner, FOLD_TEXT_BEFORE);
  }
}
