/** @jobs */
import { expect, test } from '@jest/globals';
import { useApp } from '../support/use-app.js';
import { createUsers } from '../support/factories.js';
import { waitFor } from '../support/wait.js';

const BATCH = 5000;
const AUDIENCE = 5 * BATCH;

/** Slow enough for the signal to arrive during the second batch. */
const SLOW_BATCHES = `
  CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END $$;
  CREATE TRIGGER take_long AFTER UPDATE ON notification_campaign
    FOR EACH ROW WHEN (NEW.skipped_users > OLD.skipped_users) EXECUTE FUNCTION take_long();
`;

const app = useApp({ run: [], process: 'own', environment: { RECONCILE_INTERVAL_MS: '500' } });

async function cancelledCampaign(): Promise<void> {
  await createUsers(app.database, AUDIENCE);
  await app.database.query("INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN')");
  await app.database.query(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status, total_users, pending_users, planned_at)
     VALUES (1, 'Hello', ${AUDIENCE}, 0, 0, 'CANCELLED', ${AUDIENCE}, ${AUDIENCE}, now())`,
  );
  await app.database.query('INSERT INTO campaign_chunk (campaign_id, number) VALUES (1, 0)');
  await app.database.query(
    'INSERT INTO delivery (campaign_id, chunk_number, user_id) SELECT 1, 0, id FROM telegram_user',
  );
}

async function skipped(): Promise<number> {
  const [campaign] = await app.database.query<{ count: number }>(
    'SELECT skipped_users AS count FROM notification_campaign',
  );
  return campaign?.count ?? 0;
}

test('a worker that is told to end goes on no further than to the next batch of a large cancelled audience', async () => {
  await cancelledCampaign();
  await app.database.query(SLOW_BATCHES);
  const worker = await app.startWorker();
  await waitFor('the first batch', async () => (await skipped()) > 0);
  const before = await skipped();
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
  // That under way, and one that has begun before the signal arrived.
  expect(await skipped()).toBeLessThanOrEqual(before + 2 * BATCH);
});
