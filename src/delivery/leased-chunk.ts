import type { MessageTranslation } from '../campaigns/campaign.entity.js';
import type { ChunkCapacity } from './capacity.js';

/** Texts and pacing of a campaign, which can change while it is paused. */
export interface CampaignContent {
  messageTemplate: string;
  buttonText: string | null;
  translations: MessageTranslation[];
  asksFirstQuestion: boolean;
  /** When the poll closes. */
  closesAt: Date | null;
  sendIntervalMs: number;
  contentVersion: number;
}

/** A chunk that this worker may send to until the lease ends. */
export interface LeasedChunk extends CampaignContent {
  campaignId: string;
  number: number;
  leaseToken: string;
  /** Pending recipients when the chunk was claimed. */
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

/** Parameters of a worker's claim. */
export interface ChunkClaim {
  leaseMs: number;
  capacity: ChunkCapacity;
  /** Key of the session that holds the lease; without one, only expiry frees the chunk. */
  holderKey: string | null;
  /** Ignores chunks that have been due for a shorter time. */
  overdueMs?: number;
}

/** How a worker leaves a chunk. */
export interface ChunkRest {
  /** Milliseconds until a new claim makes sense; the pace of the chunk may ask for more. */
  idleMs: number;
  /** Milliseconds since the last send; null when nothing was sent. */
  sentAgoMs: number | null;
}

export interface ReleasedChunk {
  state: 'WAITING' | 'DONE';
  dueAt: Date;
}

export interface Repairs {
  releasedChunks: number;
  quarantinedChunks: number;
  unconfirmedDeliveries: number;
}
