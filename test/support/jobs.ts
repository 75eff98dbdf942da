import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { ConnectionString } from 'mongodb-connection-string-url';
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

const CHUNK = { campaignId: '1', number: 0 };

/** In a MongoDB database of their own when the tests run with MONGODB_URL, otherwise in the app's database. */
export function testJobs(database: TestDatabase, mongodbUrl = process.env.MONGODB_URL): TestJobs {
  return mongodbUrl ? inMongo(mongodbUrl) : inPostgres(database);
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

function inMongo(serverUrl: string): TestJobs {
  const url = withDatabase(serverUrl, `pollcast_test_${randomBytes(6).toString('hex')}`);
  const client = new MongoClient(url);
  const jobs = client.db().collection('agendaJobs');
  return {
    environment: { MONGODB_URL: url },
    all: () => jobs.find().sort({ _id: 1 }).toArray(),
    chunkJobs: async () => {
      const found = await jobs.find({ name: 'send-chunk' }).sort({ nextRunAt: 1 }).toArray();
      return found.map((job) => ({
        number: (job.data as { number: number }).number,
        nextRunAt: job.nextRunAt as Date | null,
      }));
    },
    addChunkJob: async () => {
      const nextRunAt = new Date(Date.now() + 86_400_000);
      const job = { name: 'send-chunk', type: 'normal', priority: 0, data: CHUNK, nextRunAt, lockedAt: null };
      return (await jobs.insertOne(job)).insertedId.toString();
    },
    copyWaitingChunkJobs: async (copies) => {
      const waiting = await jobs
        .find({ name: 'send-chunk', nextRunAt: { $gt: new Date() } }, { projection: { _id: 0 } })
        .toArray();
      for (let copy = 0; copy < copies && waiting.length > 0; copy += 1) {
        await jobs.insertMany(waiting.map((job) => ({ ...job, lockedAt: null })));
      }
      return waiting.length;
    },
    drop: async () => {
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new ConnectionString(serverUrl);
  // Users live in the database that the URL names, or in "admin".
  if (url.username && !url.searchParams.has('authSource')) {
    url.searchParams.set('authSource', url.pathname.slice(1) || 'admin');
  }
  url.pathname = `/${name}`;
  return url.href;
}
