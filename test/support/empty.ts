import type { TestApp } from './app.js';
import { waitFor } from './wait.js';

/** All that people, operators and campaigns leave behind; what refers to it goes with it. */
const CONTENT =
  'telegram_user, user_group, poll, poll_count_delta, notification_campaign, api_token, audit_entry, export_link';
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

async function truncate(app: TestApp, identity: 'RESTART' | 'CONTINUE'): Promise<void> {
  const statements = `
    TRUNCATE ${CONTENT} ${identity} IDENTITY CASCADE;
    UPDATE people_count SET participants = 0, reachable = 0`;
  const isDone = () => app.database.query(statements).then(() => true, unlessDeadlocked);
  await waitFor('the tables, which the app looks at now and then', isDone);
}

/** Makes an app that works no jobs as empty as a new one: numbers of polls, campaigns and tokens begin at 1 again. */
export function emptyDatabase(app: TestApp): Promise<void> {
  return truncate(app, 'RESTART');
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
  await truncate(app, 'CONTINUE');
  app.sandbox.clear();
}
