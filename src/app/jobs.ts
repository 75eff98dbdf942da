import type { Pool } from 'pg';
import type { Settings } from '../config/settings.js';
import type { JobStorage } from '../jobs/job-storage.js';
import { PostgresJobs } from '../jobs/postgres-jobs.js';

/**
 * Connects the job storage: MongoDB if MONGODB_URL is set, otherwise PostgreSQL. MongoDB's driver is loaded only if needed.
 * @param pool of PostgreSQL, which announces new jobs in either case
 * @throws JobStorageUnavailable
 */
export async function connectJobs({ mongodbUrl }: Settings, pool: Pool): Promise<JobStorage> {
  if (mongodbUrl === undefined) return new PostgresJobs(pool);
  const { MongoJobs } = await import('../jobs/mongo-jobs.js');
  return MongoJobs.connect(mongodbUrl, pool);
}
