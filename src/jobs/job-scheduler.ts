import { Agenda, backoffStrategies, type AgendaBackend, type Job, type NotificationChannel } from 'agenda';
import type { Logger } from 'pino';
import { SHUTDOWN } from '../kernel/shutdown.js';
import { withTimeout } from '../kernel/timeout.js';
import type { ChunkRef, DueChunk, JobHandle, JobHandlers, JobQueue } from '../engine/ports.js';
import type { JobStorage } from './job-storage.js';

export const DRIVE_JOB = 'drive-campaign';
/** How it was called before: jobs that are stored under that name still run. */
const OLD_DRIVE_JOB = 'plan-campaign';
export const CHUNK_JOB = 'send-chunk';
export const RECONCILE_JOB = 'reconcile';

export interface JobSchedulerOptions {
  /** Not closed by the scheduler. */
  storage: JobStorage;
  /** A job whose worker has not been heard of for this long runs again. */
  lockMs: number;
  /** Chunk jobs that this process runs at once. */
  chunkConcurrency: number;
  reconcileIntervalMs: number;
  /** Slots for jobs are refilled on this tick, and a job due now is found by it at the latest. */
  tickMs: number;
  logger: Logger;
}

/** Leaves connections to one that is planned without a job, and to break a planning off. */
const DRIVE_CONCURRENCY = 3;
/** Reconciliations that a worker sees none of before it doubts its own queue; others may have run them. */
const MISSED_RECONCILIATIONS = 5;

interface DriveData {
  campaignId: string;
}

/** Agenda as the alarm clock: it wakes workers at the right time and promises nothing else (docs/adr/0002). */
export class JobScheduler implements JobQueue {
  private agenda: Agenda;
  private channel: NotificationChannel;
  private readonly running = new Set<Promise<void>>();
  private lastJobAt = performance.now();
  private watchdog: NodeJS.Timeout | undefined;
  private started = false;
  private handlers: JobHandlers | undefined;

  /** The current Agenda; a restart of the queue replaces it. */
  get current(): Agenda {
    return this.agenda;
  }
  private restarting: Promise<void> | undefined;
  private isStopping = false;
  private unlocked: Promise<void> | undefined;
  private stoppingAt = 0;

  constructor(private readonly options: JobSchedulerOptions) {
    ({ agenda: this.agenda, channel: this.channel } = this.createAgenda());
  }

  private createAgenda(): { agenda: Agenda; channel: NotificationChannel } {
    const { storage, lockMs, chunkConcurrency, tickMs, logger } = this.options;
    const { backend, channel } = storage.open();
    this.guardUnlocking(backend);
    const agenda = new Agenda({
      backend,
      notificationChannel: channel,
      processEvery: tickMs,
      defaultLockLifetime: lockMs,
      maxConcurrency: chunkConcurrency + DRIVE_CONCURRENCY + 2,
      removeOnComplete: true,
    });
    agenda.on('error', (error: unknown) => {
      logger.warn({ err: error }, 'the job queue reported an error');
    });
    channel.on('error', (error: unknown) => {
      logger.warn({ err: error }, 'the notifications of the job queue were interrupted');
    });
    return { agenda, channel };
  }

  /** Agenda awaits nothing when it gives a job back, so that a failure would end the process; the lock runs out. */
  private guardUnlocking({ repository }: AgendaBackend): void {
    const unlock = repository.unlockJob.bind(repository);
    repository.unlockJob = (job) =>
      unlock(job).catch((error: unknown) => {
        this.options.logger.warn({ err: error }, 'a job could not be unlocked');
      });
  }

  /** Starts announcing jobs, and with handlers also working them. */
  async start(handlers?: JobHandlers): Promise<void> {
    await this.run(handlers);
    const { reconcileIntervalMs } = this.options;
    this.watchdog = setInterval(() => {
      const isQuiet = performance.now() - this.lastJobAt > reconcileIntervalMs * MISSED_RECONCILIATIONS;
      if (!this.handlers || !isQuiet || this.running.size > 0 || this.restarting) return;
      this.options.logger.warn('no job has run here for long: restarting the job queue');
      void this.beginRestart(this.handlers);
    }, reconcileIntervalMs);
    this.watchdog.unref();
  }

  /** With handlers, works jobs from now on. Without, only announces jobs, and unlocks those not begun. */
  async switchTo(handlers: JobHandlers | undefined): Promise<void> {
    await this.restarting;
    if (this.handlers !== handlers && !this.isStopping) await this.beginRestart(handlers);
  }

  private beginRestart(handlers: JobHandlers | undefined): Promise<void> {
    this.restarting = this.restart(handlers).finally(() => (this.restarting = undefined));
    return this.restarting;
  }

  private async run(handlers: JobHandlers | undefined): Promise<void> {
    if (handlers) this.define(handlers);
    await this.agenda.start();
    if (this.isStopping) {
      await this.stopAgenda();
      return;
    }
    this.handlers = handlers;
    this.started = true;
    if (!handlers) return;
    await this.agenda.every(this.options.reconcileIntervalMs, RECONCILE_JOB);
    await this.options.storage.removeTwins(RECONCILE_JOB);
  }

  /** A process that was frozen for longer than its locks leaks job slots in Agenda, and may run no jobs any longer. */
  private async restart(handlers: JobHandlers | undefined): Promise<void> {
    try {
      // Agenda would end the process if it were created while its storage is away.
      await this.agenda.db.getQueueSize();
      this.started = false;
      await this.stopAgenda();
      if (this.isStopping) return;
      ({ agenda: this.agenda, channel: this.channel } = this.createAgenda());
      await this.run(handlers);
      this.lastJobAt = performance.now();
    } catch (error) {
      this.options.logger.error({ err: error }, 'the job queue could not be restarted yet');
    }
  }

  /** @throws if jobs can be neither announced nor worked */
  async check(): Promise<void> {
    if (!this.started) throw new Error('The job queue does not run.');
    await this.agenda.db.getQueueSize();
  }

  /**
   * Stops taking jobs. Ending handlers can still create jobs for what they leave. Those are not announced, so other processes
   * find them on their next tick.
   */
  stopTaking(): Promise<void> {
    this.unlocked ??= this.unlockJobs();
    return this.unlocked;
  }

  private async unlockJobs(): Promise<void> {
    clearInterval(this.watchdog);
    this.started = false;
    this.isStopping = true;
    this.stoppingAt = performance.now();
    // A restart under way stops by itself what it starts. While the storage is away it takes longer than there is time.
    await withTimeout(Promise.resolve(this.restarting), SHUTDOWN.jobStorageMs);
    await withTimeout(this.stopAgenda(), SHUTDOWN.jobStorageMs);
  }

  /** Stops taking jobs, and resolves when the running handlers have ended or the time is up. */
  async stop(): Promise<void> {
    await this.stopTaking();
    const leftMs = this.stoppingAt + SHUTDOWN.workMs - performance.now();
    // Failures of handlers have been logged.
    await withTimeout(Promise.allSettled(this.running), leftMs);
    await this.channel.disconnect();
  }

  /** Unlocks the jobs of this process. While the storage is away, their locks expire instead. */
  private async stopAgenda(): Promise<void> {
    try {
      await this.agenda.stop(false);
    } catch (error) {
      this.options.logger.warn({ err: error }, 'jobs could not be unlocked');
    } finally {
      // Agenda leaves it open if stopping fails or starting was incomplete. Then the pool could not end.
      await this.channel.disconnect();
    }
  }

  /** Logs a failure instead of throwing: the change is committed, and the reconciler finds the campaign. */
  async enqueueDrive(campaignId: string, at = new Date()): Promise<void> {
    try {
      await this.agenda.schedule<DriveData>(at, DRIVE_JOB, { campaignId });
    } catch (error) {
      this.options.logger.warn(
        { err: error, campaignId },
        'a job could not be created; the reconciler will create it',
      );
    }
  }

  async enqueueChunks(chunks: readonly DueChunk[]): Promise<void> {
    await Promise.all(
      chunks.map(({ campaignId, number, dueAt }) =>
        this.agenda.schedule<ChunkRef>(dueAt, CHUNK_JOB, { campaignId, number }),
      ),
    );
  }

  private define(handlers: JobHandlers): void {
    const { chunkConcurrency, lockMs } = this.options;
    const retry = backoffStrategies.exponential({
      delay: 1000,
      maxDelay: 60_000,
      maxRetries: 100,
      jitter: 0.2,
    });
    const common = { lockLifetime: lockMs, removeOnComplete: true, backoff: retry };
    for (const name of [DRIVE_JOB, OLD_DRIVE_JOB])
      this.agenda.define<DriveData>(
        name,
        (job) => this.track(handlers.drive(job.attrs.data.campaignId, toHandle(job))),
        { ...common, concurrency: DRIVE_CONCURRENCY, lockLimit: DRIVE_CONCURRENCY },
      );
    this.agenda.define<ChunkRef>(
      CHUNK_JOB,
      (job) => this.track(handlers.sendChunk(job.attrs.data, toHandle(job))),
      { ...common, concurrency: chunkConcurrency, lockLimit: chunkConcurrency },
    );
    this.agenda.define(RECONCILE_JOB, () => this.track(handlers.reconcile()), {
      lockLifetime: lockMs,
      concurrency: 1,
      lockLimit: 1,
    });
  }

  private async track(run: Promise<void>): Promise<void> {
    this.running.add(run);
    this.lastJobAt = performance.now();
    try {
      await run;
    } catch (error) {
      // Agenda retries the job, but logs nothing.
      this.options.logger.error({ err: error }, 'a job failed');
      throw error;
    } finally {
      this.running.delete(run);
    }
  }
}

function toHandle<T>(job: Job<T>): JobHandle {
  return { touch: () => job.touch() };
}
