import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { ConnectionString } from 'mongodb-connection-string-url';
import { CHUNK, type TestJobs } from './jobs.js';

/** In a database of their own. */
export function jobsInMongo(serverUrl: string): TestJobs {
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
