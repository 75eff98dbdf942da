import type { DueChunk } from './chunk.store.js';

/** The alarm clock. A job may run late, twice or never: the domain tables decide what is to be done. */
export interface JobQueue {
  /** @param at when the campaign is to start by itself; at once without it */
  enqueuePlan(campaignId: string, at?: Date): Promise<void>;
  enqueueChunks(chunks: readonly DueChunk[]): Promise<void>;
}

/** What the engine does to a campaign as a whole. Each is one compare-and-set that may find nothing to do. */
export interface CampaignControl {
  complete(campaignId: string): Promise<void>;
  failBySystem(campaignId: string, code: string, message: string): Promise<void>;
  pauseBySystem(campaignId: string, code: string, message: string): Promise<void>;
}

/** A running job, as far as its handler has to know it. */
export interface JobHandle {
  /** Tells the queue that the job is alive. */
  touch(): Promise<void>;
}
