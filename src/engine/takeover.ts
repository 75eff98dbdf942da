import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { allowManyListeners } from '../kernel/linked-signal.js';
import type { ChunkStore } from '../delivery/chunk.store.js';
import type { ChunkWorker } from './chunk-worker.js';
import type { EngineMeter } from './ports.js';
import type { Findings, TakeoverStore } from './takeover.store.js';
import type { HeldSession, WorkerSession } from './worker-session.js';

const LOOK_INTERVAL_MS = 1000;

/** How long due work is left to its job, which a living worker takes within a tick. */
const OVERDUE_MS = 1500;

/** Jobs fire at wrong times on a machine whose clock differs by more than this from the database's. */
const MAX_CLOCK_SKEW_MS = 1000;

/** How long a campaign whose planning failed here is left to other workers and its job. */
const FAILED_PLAN_PAUSE_MS = 30_000;

export interface TakeoverDependencies {
  store: TakeoverStore;
  chunks: ChunkStore;
  session: WorkerSession;
  worker: ChunkWorker;
  drive: (campaignId: string) => Promise<void>;
  /** Whether this process may work jobs. */
  mayWork: () => boolean;
  leaseMs: number;
  meter: Pick<EngineMeter, 'repaired'>;
  logger: Logger;
}

/**
 * Takes over from dead workers: their chunks, chunks whose jobs they have locked, and plannings. Checks once per second, outside
 * of the job queue, whose locks outlive their holders.
 */
export class Takeover {
  private readonly stopping = new AbortController();
  private looking: Promise<void> | undefined;
  private planning: Promise<void> | undefined;
  private readonly failedPlans = new Set<string>();
  /** The session of the last check; a new session takes part at once. */
  private lastSession: HeldSession | undefined;

  constructor(private readonly deps: TakeoverDependencies) {
    allowManyListeners(this.stopping.signal);
  }

  start(): void {
    this.looking = this.run();
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Resolves when checks and planning have ended. */
  async ended(): Promise<void> {
    await this.looking;
    await this.planning;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const session = this.deps.session.current;
      try {
        if (session && this.deps.mayWork()) await this.look(session);
      } catch (error) {
        this.deps.logger.warn({ err: error }, 'the work of dead workers could not be looked up');
      }
      await pause(LOOK_INTERVAL_MS, signal);
    }
  }

  private async look(session: HeldSession): Promise<void> {
    const { store, worker, leaseMs } = this.deps;
    const { reconnectedAt } = session;
    const findings = await store.look({ leaseMs, reconnectedAt, overduePlanMs: OVERDUE_MS });
    if (!findings.serverIsKnown) await store.noticeServer();
    const isNew = this.lastSession !== session;
    this.lastSession = session;
    const tookBack = await this.takeBack(findings);
    const cannotWait = isNew || tookBack || Math.abs(findings.now - Date.now()) > MAX_CLOCK_SKEW_MS;
    await worker.takeDue(cannotWait ? 0 : OVERDUE_MS);
    this.planNext(findings.overduePlans);
  }

  /** @returns whether chunks wait for a worker */
  private async takeBack({ abandonedLeases, leaseHasExpired }: Findings): Promise<boolean> {
    if (abandonedLeases.length === 0 && !leaseHasExpired) return false;
    const { chunks, meter, logger } = this.deps;
    const repairs = await chunks.reapDeadLeases(abandonedLeases);
    meter.repaired(repairs);
    if (repairs.releasedChunks + repairs.quarantinedChunks === 0) return false;
    logger.warn({ repairs, abandonedLeases: abandonedLeases.length }, 'repaired what was left undone');
    return true;
  }

  /** Plans one campaign at a time, besides those of the process's jobs. */
  private planNext(overduePlans: readonly string[]): void {
    const campaignId = overduePlans.find((id) => !this.failedPlans.has(id));
    if (campaignId === undefined || this.planning || this.stopping.signal.aborted) return;
    this.planning = this.plan(campaignId).finally(() => {
      this.planning = undefined;
    });
  }

  private async plan(campaignId: string): Promise<void> {
    const { drive, logger } = this.deps;
    try {
      logger.info({ campaignId }, 'planning a campaign without its job');
      await drive(campaignId);
    } catch (error) {
      logger.error({ err: error, campaignId }, 'a campaign could not be planned');
      this.failedPlans.add(campaignId);
      setTimeout(() => this.failedPlans.delete(campaignId), FAILED_PLAN_PAUSE_MS).unref();
    }
  }
}
