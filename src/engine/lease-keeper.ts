import type { Logger } from 'pino';
import type { ChunkStore } from '../delivery/chunk.store.js';
import type { LeasedChunk } from '../delivery/leased-chunk.js';
import type { EngineMeter, JobHandle } from './ports.js';
import type { HeldSession } from './worker-session.js';

/** Heartbeats per lease: five may fail before the lease expires. */
const HEARTBEATS_PER_LEASE = 6;

/** A chunk's lease that this process renews. */
export interface Lease {
  readonly chunk: LeasedChunk;
  /** Aborted when the lease is lost or given up. */
  readonly signal: AbortSignal;
  /** Whether the lease is valid by this process's clock: false after a long freeze. */
  stands(): boolean;
}

/** A claimed chunk. */
export interface ClaimedChunk {
  chunk: LeasedChunk;
  /** When the claim was requested, in milliseconds of performance.now. */
  claimedAt: number;
  session: HeldSession;
}

interface Held {
  chunk: LeasedChunk;
  job: JobHandle | undefined;
  claimedAt: number;
  standsUntil: number;
  controller: AbortController;
  /** Stops following the session. */
  unfollow: () => void;
}

/** Renews all leases of this process with one statement per heartbeat, and touches their jobs. */
export class LeaseKeeper {
  private readonly held = new Map<string, Held>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly chunks: ChunkStore,
    private readonly leaseMs: number,
    private readonly meter: Pick<EngineMeter, 'heldChunk' | 'lostLease'>,
    private readonly logger: Logger,
  ) {}

  /** The lease also ends with the session: others may take the chunk then. */
  hold({ chunk, claimedAt, session }: ClaimedChunk, job?: JobHandle): Lease {
    const controller = new AbortController();
    const onLost = () => {
      this.lose(held);
    };
    const unfollow = () => {
      session.lost.removeEventListener('abort', onLost);
    };
    const held: Held = { chunk, job, claimedAt, standsUntil: claimedAt + this.leaseMs, controller, unfollow };
    this.held.set(chunk.leaseToken, held);
    this.timer ??= setInterval(() => void this.beat(), this.leaseMs / HEARTBEATS_PER_LEASE);
    session.lost.addEventListener('abort', onLost, { once: true });
    if (session.lost.aborted) this.lose(held);
    return {
      chunk,
      signal: controller.signal,
      stands: () => !controller.signal.aborted && performance.now() < held.standsUntil,
    };
  }

  /** Stops renewing. */
  drop(lease: Lease): void {
    const held = this.held.get(lease.chunk.leaseToken);
    if (held) this.forget(held);
  }

  private async beat(): Promise<void> {
    const leases = [...this.held.values()];
    const askedAt = performance.now();
    try {
      const standing = await this.chunks.renew(
        leases.map(({ chunk }) => chunk.leaseToken),
        this.leaseMs,
      );
      for (const held of leases) {
        if (standing.has(held.chunk.leaseToken)) held.standsUntil = askedAt + this.leaseMs;
        else this.lose(held);
      }
      // A job whose lock has expired cannot be touched; only the lease matters.
      await Promise.allSettled(leases.flatMap(({ job }) => (job ? [job.touch()] : [])));
    } catch (error) {
      this.logger.warn({ err: error, leases: leases.length }, 'leases could not be renewed');
    }
  }

  private lose(held: Held): void {
    if (this.held.get(held.chunk.leaseToken) !== held) return;
    const { campaignId, number } = held.chunk;
    this.meter.lostLease();
    this.logger.warn({ campaignId, chunk: number }, 'the lease of a chunk was lost');
    this.forget(held);
  }

  private forget(held: Held): void {
    this.held.delete(held.chunk.leaseToken);
    held.unfollow();
    held.controller.abort();
    this.meter.heldChunk(performance.now() - held.claimedAt);
    if (this.held.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
