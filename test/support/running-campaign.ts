import type { DataSource } from 'typeorm';
import { AudienceStore } from '../../src/campaigns/audience.store.js';
import type { TestDatabase } from './database.js';

/** A campaign that runs and has no audience yet. */
export async function runningCampaign(
  database: TestDatabase,
  pollId: string,
  chunkSize: number,
  notRemindedForHours?: number,
): Promise<string> {
  const [campaign] = await database.query<{ id: string }>(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status, not_reminded_for_hours) VALUES ($1, 'Hello', $2, 0, 0, 'PROCESSING', $3) RETURNING id`,
    [pollId, chunkSize, notRemindedForHours],
  );
  return campaign?.id ?? '';
}

/** A running campaign with its audience fixed. */
export async function plannedCampaign(
  database: TestDatabase,
  dataSource: DataSource,
  pollId: string,
  chunkSize: number,
  notRemindedForHours?: number,
): Promise<string> {
  const id = await runningCampaign(database, pollId, chunkSize, notRemindedForHours);
  await new AudienceStore(dataSource).plan(pollId, id);
  return id;
}
