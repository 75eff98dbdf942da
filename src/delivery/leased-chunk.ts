import type { ChunkCapacity } from './capacity.js';

/** What a campaign sends, and how fast; both can be changed while it is paused. */
export interface CampaignContent {
  messageTemplate: string;
  buttonText: string | null;
  sendIntervalMs: number;
  contentVersion: number;
}

/** A chunk that this worker may send to until the lease ends. */
export interface LeasedChunk extends CampaignContent {
  campaignId: string;
  number: number;
  leaseToken: string;
  /** Recipients still pending when the chunk was claimed. */
  remaining: number;
  pollId: string;
  pollTitle: string;
}

export interface ChunkRef {
  campaignId: string;
  number: number;
}

export interface DueChunk extends ChunkRef {
  dueAt: Date;
}

/** What a worker asks for. */
export interface ChunkClaim {
  leaseMs: number;
  capacity: ChunkCapacity;
  /** Key of the session that holds the lease; without one only the end of the lease frees the chunk. */
  holderKey: string | null;
  /** Leaves out chunks that have been due for less. */
  overdueMs?: number;
}

export interface ReleasedChunk {
  state: 'WAITING' | 'DONE';
  dueAt: Date;
}

export interface Repairs {
  releasedChunks: number;
  setAsideChunks: number;
  unconfirmedDeliveries: number;
}
