import type { AgendaBackend, NotificationChannel } from 'agenda';

/** What one Agenda runs on. Neither closes the connections that it was given. */
export interface OpenJobs {
  backend: AgendaBackend;
  /** Tells workers of a new job, so that it need not wait for their tick. */
  channel: NotificationChannel;
}

/** Where the jobs are kept: in PostgreSQL, or in MongoDB (docs/adr/0006). */
export interface JobStorage {
  /** Called again when the job queue of a process is started anew. */
  open(): OpenJobs;
  /** Leaves one of the recurring jobs with this name, where processes that started together have made several. */
  removeTwins(jobName: string): Promise<void>;
  /** To be called when no handler runs any more. */
  close(): Promise<void>;
}

/** Why the jobs could not be reached: nobody answers, the credentials are refused, or the URL cannot be used. */
export type JobStorageFailure = 'unreachable' | 'denied' | 'wrong-url';

/** The configured job storage cannot be used. Holds no part of its URL but the hosts. */
export class JobStorageUnavailable extends Error {
  override readonly name = 'JobStorageUnavailable';

  constructor(
    readonly failure: JobStorageFailure,
    /** Hosts and ports, separated by commas. */
    readonly hosts: string,
    readonly code: string,
  ) {
    super(`The job storage at ${hosts} cannot be used (${code}).`);
  }
}
