import { Client } from 'pg';

const HEADER =
  '-- Written by "npm run generate" from a database that the migrations made; a test holds it against them.\n';

/** Describes our own tables from the catalogue, in a fixed order. */
const STATEMENTS = `
  WITH own AS (
    SELECT pg_class.oid, relname, relpersistence, reloptions FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  ), line (object, place, text) AS (
    SELECT relname, 1, CASE relpersistence WHEN 'u' THEN 'UNLOGGED TABLE ' ELSE 'TABLE ' END || relname
      || coalesce(' WITH (' || array_to_string(reloptions, ', ') || ')', '')
    FROM own
    UNION ALL
    SELECT relname, 10 + attnum, '  ' || attname || ' ' || format_type(atttypid, atttypmod)
      || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
      || CASE attidentity WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY' ELSE '' END
      || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')
    FROM own
    JOIN pg_attribute ON attrelid = own.oid AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    UNION ALL
    SELECT relname, 2000, '  CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
    FROM own JOIN pg_constraint ON conrelid = own.oid AND contype <> 'n'
    UNION ALL
    SELECT relname, 3000, pg_get_indexdef(indexrelid)
    FROM own JOIN pg_index ON indrelid = own.oid
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    UNION ALL
    SELECT relname, 4000, pg_get_triggerdef(pg_trigger.oid)
    FROM own JOIN pg_trigger ON tgrelid = own.oid AND NOT tgisinternal
    UNION ALL
    SELECT proname, 0, pg_get_functiondef(pg_proc.oid)
    FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    UNION ALL
    SELECT extname, 0, 'EXTENSION ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
  )
  SELECT object, text FROM line ORDER BY object, place, text
`;

/** Dumps the schema of a database, with the same text on every server version. */
export async function dumpSchema(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ object: string; text: string }>(STATEMENTS);
    let object = '';
    let dump = HEADER;
    for (const row of rows) {
      if (row.object !== object) dump += '\n';
      object = row.object;
      dump += `${row.text.trimEnd()}\n`;
    }
    return dump;
  } finally {
    await client.end();
  }
}
