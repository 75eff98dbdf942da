import { Gauge, type Registry } from 'prom-client';
import type { Workload } from '../engine/ports.js';

/**
 * The work of the installation as the database has it. It is the same in every process, so rules take the maximum. While the
 * database cannot be read, these series are absent.
 */
export class WorkloadMetrics {
  private readonly databaseUp: Gauge;
  private readonly depth: Gauge<'kind'>;
  private readonly age: Gauge<'kind'>;
  private readonly runningChunks: Gauge;
  private readonly workers: Gauge;
  private readonly outage: Gauge;
  private readonly sent: Gauge;
  private readonly stuck: Gauge;
  private readonly campaigns: Gauge<'status'>;
  private readonly stopped: Gauge<'code'>;

  constructor(registry: Registry) {
    const gauge = <T extends string = never>(name: string, help: string, labelNames: T[] = []): Gauge<T> =>
      new Gauge({ name, help, labelNames, registers: [registry] });
    this.databaseUp = gauge('pollcast_database_up', 'Whether the state of the work could be read.');
    this.depth = gauge('pollcast_queue_depth', 'Work that is due and waits for a job, by kind.', ['kind']);
    this.age = gauge(
      'pollcast_queue_oldest_due_age_seconds',
      'For how long the oldest due work has waited.',
      ['kind'],
    );
    this.runningChunks = gauge('pollcast_chunks_running', 'Chunks that are held under a lease.');
    this.workers = gauge('pollcast_workers', 'Processes that work jobs, by their heartbeats.');
    this.outage = gauge(
      'pollcast_telegram_outage_seconds',
      'For how long running campaigns have waited for Telegram to answer again.',
    );
    this.sent = gauge(
      'pollcast_sent_messages',
      'Messages that the installation has sent, over all campaigns.',
    );
    this.stuck = gauge(
      'pollcast_campaigns_stuck',
      'Running campaigns without progress although work is due.',
    );
    this.campaigns = gauge('pollcast_campaigns', 'Campaigns by status.', ['status']);
    this.stopped = gauge(
      'pollcast_campaigns_stopped',
      'Campaigns that the system paused or failed, by code.',
      ['code'],
    );
  }

  /** @param workload undefined when it could not be read */
  set(workload: Workload | undefined): void {
    this.databaseUp.set(workload ? 1 : 0);
    for (const gauge of [this.runningChunks, this.workers, this.outage, this.sent, this.stuck])
      gauge.remove();
    for (const gauge of [this.depth, this.age, this.campaigns, this.stopped]) gauge.reset();
    if (!workload) return;
    this.depth.set({ kind: 'plan' }, workload.duePlans);
    this.depth.set({ kind: 'chunk' }, workload.dueChunks);
    this.age.set({ kind: 'plan' }, workload.oldestPlanMs / 1000);
    this.age.set({ kind: 'chunk' }, workload.oldestChunkMs / 1000);
    this.runningChunks.set(workload.runningChunks);
    this.workers.set(workload.workers);
    this.outage.set(workload.outageMs / 1000);
    this.sent.set(workload.sentMessages);
    this.stuck.set(workload.stuckCampaigns);
    // Every known code exists from the start, so that a rule sees the first campaign that has it.
    for (const [status, count] of Object.entries(workload.campaigns)) this.campaigns.set({ status }, count);
    for (const [code, count] of Object.entries(workload.stopped)) this.stopped.set({ code }, count);
  }
}
