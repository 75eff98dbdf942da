import { MongoBackend } from '@agendajs/mongo-backend';
import type { Collection, Db, MongoClient } from 'mongodb';
import { pause } from '../kernel/pause.js';
import type { JobAnnouncements } from './job-announcements.js';
import type { JobStorage, OpenJobs } from './job-storage.js';
import { SHUTDOWN } from '../kernel/shutdown.js';
import { withTimeout } from '../kernel/timeout.js';
import { connectMongo } from './mongo-connection.js';

const COLLECTION = 'agendaJobs';
/** The index for Agenda's search for the next job, under the name that Agenda would give it. */
const NEXT_JOB_INDEX = { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 } as const;
const NEXT_JOB_INDEX_NAME = 'findAndLockNextJobIndex';
const INDEX_ATTEMPTS = 5;
const INDEX_RETRY_MS = 200;

/** Connects only the jobs: the backend's own connect also creates indexes for a log that is not used. */
class MongoJobsBackend extends MongoBackend {
  override connect(): Promise<void> {
    return this.repository.connect();
  }
}

/** Jobs in MongoDB. It has no notifications of its own, so PostgreSQL's LISTEN/NOTIFY announces new jobs. */
export class MongoJobs implements JobStorage {
  private readonly db: Db;
  private readonly jobs: Collection;

  private constructor(
    private readonly client: MongoClient,
    databaseName: string,
    private readonly announcements: () => JobAnnouncements,
  ) {
    this.db = client.db(databaseName);
    this.jobs = this.db.collection(COLLECTION);
  }

  /** @throws JobStorageUnavailable */
  static async connect(url: string, announcements: () => JobAnnouncements): Promise<MongoJobs> {
    const { client, databaseName } = await connectMongo(url);
    const storage = new MongoJobs(client, databaseName, announcements);
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
    return { backend, channel: this.announcements() };
  }

  /** An upsert without a unique index is not atomic. All processes keep the same job: the first by id. */
  async removeTwins(jobName: string): Promise<void> {
    const all = await this.jobs
      .find({ name: jobName, type: 'single' }, { projection: { _id: 1 }, sort: { _id: 1 } })
      .toArray();
    const twins = all.slice(1).map(({ _id }) => _id);
    if (twins.length > 0) await this.jobs.deleteMany({ _id: { $in: twins } });
  }

  /** Closing tells the server, which may not answer. */
  async close(): Promise<void> {
    await withTimeout(this.client.close(), SHUTDOWN.jobStorageMs);
  }

  /** Any number of processes may create it at once. If the server admits only one, the others find it there. */
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
