export interface PacingPlan {
  chunkSize: number;
  chunkIntervalMs: number;
  sendIntervalMs: number;
}

export function countChunks(audienceSize: number, chunkSize: number): number {
  return Math.ceil(audienceSize / chunkSize);
}

/**
 * Minimum duration of a campaign in whole milliseconds. Chunks start one after the other, each sends one message every
 * sendIntervalMs, and together they send at most at the installation's rate. Until enough chunks run to reach that rate, the
 * pacing decides, then the rate; the last chunks need their own time in any case.
 */
export function estimateDurationMs(
  audienceSize: number,
  pacing: PacingPlan,
  messagesPerSecond: number,
): number {
  if (audienceSize === 0) return 0;
  const { chunkSize, chunkIntervalMs, sendIntervalMs } = pacing;
  const chunkCount = countChunks(audienceSize, chunkSize);
  const lastChunkSize = audienceSize - (chunkCount - 1) * chunkSize;
  const endOf = (chunk: number, size: number) => chunk * chunkIntervalMs + (size - 1) * sendIntervalMs;
  const lastEndsMs = Math.max(
    endOf(chunkCount - 1, lastChunkSize),
    chunkCount > 1 ? endOf(chunkCount - 2, chunkSize) : 0,
  );
  const rampChunks = Math.min(chunkCount, Math.floor((messagesPerSecond * sendIntervalMs) / 1000));
  const rampMs = rampChunks * chunkIntervalMs;
  let sentInRamp = 0;
  for (let chunk = 0; chunk < rampChunks; chunk += 1) {
    sentInRamp += Math.min(chunkSize, (rampMs - chunk * chunkIntervalMs) / sendIntervalMs + 1);
  }
  const restMs = (Math.max(0, audienceSize - 1 - sentInRamp) / messagesPerSecond) * 1000;
  const atFullRateMs = ((audienceSize - 1) / messagesPerSecond) * 1000;
  return Math.ceil(Math.max(lastEndsMs, chunkCount > rampChunks ? rampMs + restMs : 0, atFullRateMs));
}

export interface Progress {
  totalUsers: number;
  pendingUsers: number;
  /** When it last began to run; null if unknown. */
  runningSince: Date | null;
  /** How many recipients were no longer pending then. */
  doneBefore: number;
}

/** Below this share of the remaining work, the plan estimates the end better than the observed rate. */
const OBSERVED_SHARE = 0.02;

/**
 * Estimates when a running campaign finishes: first by its plan, later by its average rate since it last began to run, which
 * includes every delay that the plan does not know, and no pause.
 */
export function estimateFinishAt(
  progress: Progress,
  pacing: PacingPlan,
  messagesPerSecond: number,
  now: Date,
): Date {
  const { totalUsers, pendingUsers, doneBefore } = progress;
  const since = progress.runningSince ?? now;
  const done = totalUsers - pendingUsers - doneBefore;
  const elapsedMs = now.getTime() - since.getTime();
  if (done > 0 && done / (done + pendingUsers) >= OBSERVED_SHARE && elapsedMs > 0) {
    return new Date(now.getTime() + (elapsedMs / done) * pendingUsers);
  }
  const plannedMs = estimateDurationMs(pendingUsers, pacing, messagesPerSecond);
  return new Date(Math.max(now.getTime(), since.getTime()) + plannedMs);
}

/** Share of the recipients that is no longer pending, 0 to 100, with two decimals. */
export function progressPercentage(totalUsers: number, pendingUsers: number, completed: boolean): number {
  if (totalUsers === 0) return completed ? 100 : 0;
  return Math.floor(((totalUsers - pendingUsers) / totalUsers) * 10_000) / 100;
}
