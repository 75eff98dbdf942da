import type { FailureCode, TextCode } from '../campaigns/failure-codes.js';
import type { CampaignJobs } from '../campaigns/ports.js';
import type { DueChunk } from '../delivery/chunk.store.js';
import type { SendOutcome } from './outcome.js';
import type { RepairCounts } from './reconciler.js';

/** The alarm clock, also for chunks. */
export interface JobQueue extends CampaignJobs {
  enqueueChunks(chunks: readonly DueChunk[]): Promise<void>;
}

/** What the engine does to a campaign as a whole. Each is one compare-and-set that may find nothing to do. */
export interface CampaignControl {
  complete(campaignId: string): Promise<void>;
  /** Stops a campaign whose every text is refused, and requeues those recipients. @returns whether that is so */
  failRefused(campaignId: string, code: TextCode): Promise<boolean>;
  failBySystem(campaignId: string, code: FailureCode, message: string): Promise<void>;
  pauseBySystem(campaignId: string, code: FailureCode, message: string): Promise<void>;
}

/** A running job, as far as its handler has to know it. */
export interface JobHandle {
  /** Tells the queue that the job is alive. */
  touch(): Promise<void>;
}

/** What the engine tells about its own work, to whoever counts it. Times are in milliseconds. */
export interface EngineMeter {
  /** Telegram, or the network, has answered a message. */
  answered(outcome: SendOutcome['kind'], ms: number): void;
  /** The whole bot has to be silent for so much longer than was known before. */
  throttled(ms: number): void;
  /** A sender was given a slot of the rate limit that is so far from when it asked. */
  waitedForSlot(ms: number): void;
  /** A lease of a chunk has ended, however it did. */
  heldChunk(ms: number): void;
  lostLease(): void;
  repaired(counts: Partial<RepairCounts>): void;
}
