import type { Pool } from 'pg';
import type { Settings } from '../config/settings.js';
import type { JobStorage } from '../jobs/job-storage.js';
import { PostgresJobs } from '../jobs/postgres-jobs.js';

/**
 * The jobs in MongoDB when there is a MONGODB_URL, otherwise in PostgreSQL. Its driver is loaded only for those who use it.
 * @param pool of PostgreSQL, over which processes tell each other of new jobs in either case
 * @throws JobStorageUnavailable
 */
export async function connectJobs({ mongodbUrl }: Settings, pool: Pool): Promise<JobStorage> {
  if (mongodbUrl === undefined) return new PostgresJobs(pool);
  const { MongoJobs } = await import('../jobs/mongo-jobs.js');
  return MongoJobs.connect(mongodbUrl, pool);
}
