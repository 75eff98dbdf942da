export interface CapacitySettings {
  messagesPerSecond: number;
  chunkTimeLimitMs: number;
  chunkSize: number;
}

/** What running chunks may ask of the installation's rate together, so that each ends within its time limit. */
export interface ChunkCapacity {
  messages: number;
  /** The time within which they are sent. */
  withinMs: number;
}

/** Of a chunk's time limit, what sending may take. */
const SENDING_SHARE = 0.8;
/** A chunk that has to wait for longer than this is released meanwhile. */
export const MAX_IDLE_MS = 5000;
/** Job slots beyond the chunks that may run, so that a chunk of another campaign finds one. */
const SPARE_SLOTS = 8;
const MAX_SLOTS = 256;

export function chunkCapacity({
  messagesPerSecond,
  chunkTimeLimitMs,
}: Pick<CapacitySettings, 'messagesPerSecond' | 'chunkTimeLimitMs'>): ChunkCapacity {
  const withinMs = chunkTimeLimitMs * SENDING_SHARE;
  return { messages: (messagesPerSecond * withinMs) / 1000, withinMs };
}

/** Chunks that one process runs at once: as many as there may be of those that ask for least without being released. */
export function chunkSlots(settings: CapacitySettings): number {
  const { messages, withinMs } = chunkCapacity(settings);
  const leastShare = Math.min(settings.chunkSize, withinMs / MAX_IDLE_MS);
  return Math.min(MAX_SLOTS, Math.ceil(messages / leastShare) + SPARE_SLOTS);
}
