import { BaseNotificationChannel, toJobId, type JobNotification } from 'agenda';
import type { PostgresListener } from '../database/listener.js';
import type { SqlExecutor } from '../database/rows.js';

const ANNOUNCE = 'SELECT pg_notify($1, $2)';

/** A JobNotification as JSON; workers of other versions read it, too. */
type Announcement = Omit<JobNotification, 'nextRunAt' | 'timestamp'> & {
  nextRunAt: string | null;
  timestamp: string;
};

/**
 * Announces new jobs to all workers by NOTIFY, and hears of them on the connection on which the process listens anyway. What
 * becomes of a job is announced to nobody: Agenda would, three times a job.
 */
export class JobAnnouncements extends BaseNotificationChannel {
  private endListening: (() => void) | undefined;

  /** @param sql for NOTIFY */
  constructor(
    private readonly listener: PostgresListener,
    private readonly sql: SqlExecutor,
  ) {
    super();
  }

  async connect(): Promise<void> {
    this.endListening ??= await this.listener.listen({
      name: this.config.channelName,
      onNotification: (payload) => {
        this.receive(payload);
      },
    });
    this.setState('connected');
  }

  disconnect(): Promise<void> {
    this.endListening?.();
    this.endListening = undefined;
    this.handlers.clear();
    this.setState('disconnected');
    return Promise.resolve();
  }

  async publish(notification: JobNotification): Promise<void> {
    await this.sql.query(ANNOUNCE, [this.config.channelName, JSON.stringify(notification)]);
  }

  private receive(payload: string): void {
    try {
      const { jobId, nextRunAt, timestamp, ...rest } = JSON.parse(payload) as Announcement;
      void this.notifyHandlers({
        ...rest,
        jobId: toJobId(String(jobId)),
        nextRunAt: nextRunAt === null ? null : new Date(nextRunAt),
        timestamp: new Date(timestamp),
      });
    } catch (error) {
      this.emit('error', error);
    }
  }
}
