import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { allowManyListeners } from '../kernel/linked-signal.js';
import type { ChunkStore } from '../delivery/chunk.store.js';
import type { ChunkWorker } from './chunk-worker.js';
import type { EngineMeter } from './ports.js';
import type { Findings, TakeoverStore } from './takeover.store.js';
import type { HeldSession, WorkerSession } from './worker-session.js';

const LOOK_INTERVAL_MS = 1000;

/** What is due is left to its job for so long: with a living worker that is late by a tick at most. */
const OVERDUE_MS = 1500;

/** Jobs come at wrong times on a machine whose clock is further off than this from that of the database. */
const MAX_CLOCK_SKEW_MS = 1000;

/** A campaign whose planning has failed here is left to others, and to its job, for so long. */
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
 * Goes on with what dead workers have left: their chunks, the chunks whose jobs they have locked, and plans. Looks for it
 * once a second, outside of the job queue, whose locks outlive their holders.
 */
export class Takeover {
  private readonly stopping = new AbortController();
  private looking: Promise<void> | undefined;
  private planning: Promise<void> | undefined;
  private readonly failedPlans = new Set<string>();
  /** The session of the last look: one that is new takes part at once. */
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

  /** Resolves when it has stopped looking and planning. */
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
        this.deps.logger.warn({ err: error }, 'what dead workers have left could not be looked up');
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

  /** @returns whether chunks wait for somebody to go on with them */
  private async takeBack({ abandonedLeases, leaseHasExpired }: Findings): Promise<boolean> {
    if (abandonedLeases.length === 0 && !leaseHasExpired) return false;
    const { chunks, meter, logger } = this.deps;
    const repairs = await chunks.reapDeadLeases(abandonedLeases);
    meter.repaired(repairs);
    if (repairs.releasedChunks + repairs.setAsideChunks === 0) return false;
    logger.warn({ repairs, abandonedLeases: abandonedLeases.length }, 'repaired what was left undone');
    return true;
  }

  /** One at a time: the process also plans what its jobs ask for. */
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
