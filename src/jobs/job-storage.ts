import type { AgendaBackend, NotificationChannel } from 'agenda';

/** Backend and channel of one Agenda. Neither closes the connections it was given. */
export interface OpenJobs {
  backend: AgendaBackend;
  /** Notifies workers of a new job, so that it need not wait for their tick. */
  channel: NotificationChannel;
}

/** Storage of the jobs: PostgreSQL or MongoDB (docs/adr/0006). */
export interface JobStorage {
  /** Called again when the job queue of a process restarts. */
  open(): OpenJobs;
  /** Removes duplicates of a recurring job, which processes that start together may create. */
  removeTwins(jobName: string): Promise<void>;
  /** Call it after all handlers have ended. */
  close(): Promise<void>;
}

/** Why the job storage cannot be used: no answer, refused credentials, or an invalid URL. */
export type JobStorageFailure = 'unreachable' | 'denied' | 'wrong-url';

/** The configured job storage cannot be used. Contains no part of its URL but the hosts. */
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
