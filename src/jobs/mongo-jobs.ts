import { MongoBackend } from '@agendajs/mongo-backend';
import { PostgresNotificationChannel } from '@agendajs/postgres-backend';
import type { Collection, Db, MongoClient } from 'mongodb';
import type { Pool } from 'pg';
import { pause } from '../kernel/pause.js';
import type { JobStorage, OpenJobs } from './job-storage.js';
import { SHUTDOWN } from '../kernel/shutdown.js';
import { withTimeout } from '../kernel/timeout.js';
import { connectMongo } from './mongo-connection.js';

const COLLECTION = 'agendaJobs';
/** What Agenda sorts and filters by when it looks for a job; the name is the one it would give the index itself. */
const NEXT_JOB_INDEX = { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 } as const;
const NEXT_JOB_INDEX_NAME = 'findAndLockNextJobIndex';
const INDEX_ATTEMPTS = 5;
const INDEX_RETRY_MS = 200;

/** Connects only what works the jobs: the backend's own connect also makes indexes for a log that is not kept. */
class MongoJobsBackend extends MongoBackend {
  override connect(): Promise<void> {
    return this.repository.connect();
  }
}

/** Jobs in MongoDB. It tells nobody of a new one, so that PostgreSQL does: its LISTEN/NOTIFY reaches every process. */
export class MongoJobs implements JobStorage {
  private readonly db: Db;
  private readonly jobs: Collection;

  private constructor(
    private readonly client: MongoClient,
    databaseName: string,
    private readonly pool: Pool,
  ) {
    this.db = client.db(databaseName);
    this.jobs = this.db.collection(COLLECTION);
  }

  /**
   * @param pool for the notifications; stays open when this closes, and must have an error listener
   * @throws JobStorageUnavailable
   */
  static async connect(url: string, pool: Pool): Promise<MongoJobs> {
    const { client, databaseName } = await connectMongo(url);
    const storage = new MongoJobs(client, databaseName, pool);
    try {
      await storage.ensureIndex();
      return storage;
    } catch (error) {
      await storage.close();
      throw error;
    }
  }

  open(): OpenJobs {
    const backend = new MongoJobsBackend({ mongo: this.db, collection: COLLECTION, ensureIndex: false });
    return { backend, channel: new PostgresNotificationChannel({ pool: this.pool }) };
  }

  /** An upsert without a unique index is not atomic. Everybody keeps the same one: the first by its id. */
  async removeTwins(jobName: string): Promise<void> {
    const all = await this.jobs
      .find({ name: jobName, type: 'single' }, { projection: { _id: 1 }, sort: { _id: 1 } })
      .toArray();
    const twins = all.slice(1).map(({ _id }) => _id);
    if (twins.length > 0) await this.jobs.deleteMany({ _id: { $in: twins } });
  }

  /** The driver takes its leave of the server, which may not answer. */
  async close(): Promise<void> {
    await withTimeout(this.client.close(), SHUTDOWN.jobStorageMs);
  }

  /** Any number of processes may make it at once; where the server lets only one, the others find it made. */
  private async ensureIndex(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.jobs.createIndex(NEXT_JOB_INDEX, { name: NEXT_JOB_INDEX_NAME }, {});
        return;
      } catch (error) {
        if (attempt === INDEX_ATTEMPTS) throw error;
        await pause(attempt * INDEX_RETRY_MS);
      }
    }
  }
}
