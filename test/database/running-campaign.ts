import type { DataSource } from 'typeorm';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import type { TestDatabase } from '../support/database.js';

/** A campaign that runs and has no audience yet. */
export async function runningCampaign(
  database: TestDatabase,
  pollId: string,
  chunkSize: number,
): Promise<string> {
  const [campaign] = await database.query<{ id: string }>(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status) VALUES ($1, 'Hello', $2, 0, 0, 'PROCESSING') RETURNING id`,
    [pollId, chunkSize],
  );
  return campaign?.id ?? '';
}

/** A running campaign with its audience fixed. */
export async function plannedCampaign(
  database: TestDatabase,
  dataSource: DataSource,
  pollId: string,
  chunkSize: number,
): Promise<string> {
  const id = await runningCampaign(database, pollId, chunkSize);
  await new AudienceStore(dataSource).plan(pollId, id);
  return id;
}
