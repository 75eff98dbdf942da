export interface CapacitySettings {
  messagesPerSecond: number;
  chunkTimeLimitMs: number;
  chunkSize: number;
}

/** How much of the installation's rate running chunks may use together, so that each ends within its time limit. */
export interface ChunkCapacity {
  messages: number;
  /** The time in which they are sent. */
  withinMs: number;
}

/** Share of a chunk's time limit for sending. */
const SENDING_SHARE = 0.8;
/** A chunk that must wait longer than this is released meanwhile. */
export const MAX_IDLE_MS = 5000;
/** Extra job slots, so that a chunk of another campaign finds one. */
const SPARE_SLOTS = 8;
const MAX_SLOTS = 256;

export function chunkCapacity({
  messagesPerSecond,
  chunkTimeLimitMs,
}: Pick<CapacitySettings, 'messagesPerSecond' | 'chunkTimeLimitMs'>): ChunkCapacity {
  const withinMs = chunkTimeLimitMs * SENDING_SHARE;
  return { messages: (messagesPerSecond * withinMs) / 1000, withinMs };
}

/** Number of chunks that one process runs at once: as many as fit if each uses the least possible rate. */
export function chunkSlots(settings: CapacitySettings): number {
  const { messages, withinMs } = chunkCapacity(settings);
  const leastShare = Math.min(settings.chunkSize, withinMs / MAX_IDLE_MS);
  return Math.min(MAX_SLOTS, Math.ceil(messages / leastShare) + SPARE_SLOTS);
}
