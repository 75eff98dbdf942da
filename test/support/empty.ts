import type { TestApp } from './app.js';
import { waitFor } from './wait.js';

/** All that people, operators and campaigns leave behind, and what refers to it. */
const EMPTIED = `
  WITH RECURSIVE emptied (oid) AS (
    SELECT name::regclass::oid FROM unnest(ARRAY['telegram_user', 'user_group', 'poll', 'poll_count_delta',
      'notification_campaign', 'api_token', 'audit_entry', 'export_link']) name
    UNION SELECT conrelid FROM pg_constraint JOIN emptied ON confrelid = emptied.oid WHERE contype = 'f')
`;
/**
 * What TRUNCATE does at ten times the price: it makes a new file of each table and index, after which every connection plans all
 * of its statements again. Only a superuser may leave out the triggers.
 */
const EMPTY = `
  DO $$
  DECLARE
    tables regclass[] := (${EMPTIED} SELECT array_agg(oid::regclass) FROM emptied);
    names text := array_to_string(tables, ', ');
    one regclass;
  BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      EXECUTE 'TRUNCATE ' || names;
    ELSE
      EXECUTE 'LOCK TABLE ' || names || ' IN SHARE ROW EXCLUSIVE MODE';
      PERFORM set_config('session_replication_role', 'replica', true);
      FOREACH one IN ARRAY tables LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
    END IF;
  END $$;
  UPDATE people_count SET participants = 0, reachable = 0;
`;
const RESTART_NUMBERS = `${EMPTIED}
  SELECT setval(seqrelid, seqstart, false)
  FROM pg_sequence JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = seqrelid AND deptype = 'i'
  JOIN emptied ON refobjid = emptied.oid;
`;
/** A worker is at the chunk of what it sends; cases write SENDING for other chunks as well. */
const UNDER_WAY = `
  SELECT FROM delivery JOIN campaign_chunk chunk ON chunk.campaign_id = delivery.campaign_id AND number = chunk_number
  WHERE status = 'SENDING' AND state = 'RUNNING'
`;
const DEADLOCK = '40P01';

function unlessDeadlocked(error: unknown): false {
  if ((error as { code?: string }).code === DEADLOCK) return false;
  throw error;
}

async function empty(app: TestApp, statements: string): Promise<void> {
  const isDone = () => app.database.query(statements).then(() => true, unlessDeadlocked);
  await waitFor('the tables, which the app looks at now and then', isDone);
}

/** Makes an app that works no jobs as empty as a new one: numbers of polls, campaigns and tokens begin at 1 again. */
export function emptyDatabase(app: TestApp): Promise<void> {
  return empty(app, EMPTY + RESTART_NUMBERS);
}

/**
 * Makes an app that works jobs as empty as a new one, so that people of other cases are in no audience and nobody is
 * sent to any more. Numbers go on: jobs of campaigns that are gone find nothing then.
 */
export async function emptyApp(app: TestApp): Promise<void> {
  app.sandbox.faults.clear();
  await app.database.query(
    "UPDATE notification_campaign SET status = 'CANCELLED' WHERE status IN ('SCHEDULED', 'PROCESSING', 'PAUSED')",
  );
  await waitFor(
    'what is under way to Telegram',
    async () => (await app.database.query(UNDER_WAY)).length === 0,
  );
  await empty(app, EMPTY);
  app.sandbox.clear();
}
