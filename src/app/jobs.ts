import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { PoolSql } from '../database/pool-sql.js';
import { whileScarce } from '../database/scarce.js';
import { JobAnnouncements } from '../jobs/job-announcements.js';
import type { JobStorage } from '../jobs/job-storage.js';
import { PostgresJobs } from '../jobs/postgres-jobs.js';
import type { ConnectedDatabase } from './database.js';

/**
 * Connects the job storage: MongoDB if MONGODB_URL is set, otherwise PostgreSQL. MongoDB's driver is loaded only if needed.
 * PostgreSQL announces new jobs in either case.
 * @throws JobStorageUnavailable
 */
export async function connectJobs(
  { mongodbUrl }: Settings,
  { jobPool, listener }: Pick<ConnectedDatabase, 'jobPool' | 'listener'>,
  logger: Logger,
): Promise<JobStorage> {
  // The job queue opens one at its start, and does not retry.
  await whileScarce(() => jobPool.query('SELECT 1'), logger);
  const announcements = () => new JobAnnouncements(listener, new PoolSql(jobPool));
  if (mongodbUrl === undefined) return new PostgresJobs(jobPool, announcements);
  const { MongoJobs } = await import('../jobs/mongo-jobs.js');
  return MongoJobs.connect(mongodbUrl, announcements);
}
