import type { TestDatabase } from './database.js';

/** The jobs of a test app, wherever they are. */
export interface TestJobs {
  /** What its processes have to be told of it. */
  environment: Record<string, string>;
  /** Every job, in an order that does not change. */
  all(): Promise<object[]>;
  /** The jobs of chunks, in the order in which they are due; those that run are due no more. */
  chunkJobs(): Promise<{ number: number; nextRunAt: Date | null }[]>;
  /** Adds the job of a chunk that is due tomorrow. @returns its id */
  addChunkJob(): Promise<string>;
  /** Adds so many copies of each chunk job that is not due yet. @returns how many jobs were copied */
  copyWaitingChunkJobs(copies: number): Promise<number>;
  drop(): Promise<void>;
}

export const CHUNK = { campaignId: '1', number: 0 };

/** In a MongoDB database of their own when the tests run with MONGODB_URL, otherwise in the app's database. */
export async function testJobs(
  database: TestDatabase,
  mongodbUrl = process.env.MONGODB_URL,
): Promise<TestJobs> {
  if (!mongodbUrl) return inPostgres(database);
  // Jest loads a module for each test file that imports it, and the driver has a hundred.
  const { jobsInMongo } = await import('./jobs-in-mongo.js');
  return jobsInMongo(mongodbUrl);
}

function inPostgres(database: TestDatabase): TestJobs {
  return {
    environment: {},
    all: () => database.query('SELECT * FROM agenda_jobs ORDER BY id'),
    chunkJobs: () =>
      database.query(
        `SELECT (data->>'number')::integer AS number, next_run_at AS "nextRunAt" FROM agenda_jobs
         WHERE name = 'send-chunk' ORDER BY next_run_at NULLS FIRST`,
      ),
    addChunkJob: async () => {
      const [job] = await database.query<{ id: string }>(
        `INSERT INTO agenda_jobs (name, data, next_run_at) VALUES ('send-chunk', $1, now() + interval '1 day')
         RETURNING id`,
        [CHUNK],
      );
      return job?.id ?? '';
    },
    copyWaitingChunkJobs: async (copies) => {
      const made = await database.query(
        `INSERT INTO agenda_jobs (name, type, priority, next_run_at, data)
         SELECT name, type, priority, next_run_at, data FROM agenda_jobs, generate_series(1, $1)
         WHERE name = 'send-chunk' AND next_run_at > now() RETURNING id`,
        [copies],
      );
      return made.length / copies;
    },
    drop: () => Promise.resolve(),
  };
}
