import { PostgresBackend } from '@agendajs/postgres-backend';
import type { Pool } from 'pg';
import type { JobAnnouncements } from './job-announcements.js';
import type { JobStorage, OpenJobs } from './job-storage.js';

/** Jobs in the table agenda_jobs, which a migration creates. */
export class PostgresJobs implements JobStorage {
  /** @param pool stays open when this closes, and must have an error listener */
  constructor(
    private readonly pool: Pool,
    private readonly announcements: () => JobAnnouncements,
  ) {}

  open(): OpenJobs {
    const { pool } = this;
    const backend = new PostgresBackend({ pool, ensureSchema: false, disableNotifications: true });
    return { backend, channel: this.announcements() };
  }

  /** Nothing to do: a unique index admits one recurring job per name. */
  removeTwins(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
