export interface CapacitySettings {
  messagesPerSecond: number;
  chunkTimeLimitMs: number;
  chunkSize: number;
}

/** Of the messages that the rate allows within a chunk's time limit, running chunks may hold this share. */
const RUNNING_SHARE = 0.8;
/** Job slots beyond the chunks that may run, so that a chunk of another campaign finds one. */
const SPARE_SLOTS = 8;
const MAX_SLOTS = 256;

/** How many messages the chunks that run at once may hold so that each ends within its time limit. */
export function runningMessagesOf(
  settings: Pick<CapacitySettings, 'messagesPerSecond' | 'chunkTimeLimitMs'>,
): number {
  return (settings.messagesPerSecond * settings.chunkTimeLimitMs * RUNNING_SHARE) / 1000;
}

/** Chunk jobs that one process runs at once. */
export function chunkSlotsOf(settings: CapacitySettings): number {
  return Math.min(MAX_SLOTS, Math.ceil(runningMessagesOf(settings) / settings.chunkSize) + SPARE_SLOTS);
}
