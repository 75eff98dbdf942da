export interface PacingPlan {
  chunkSize: number;
  chunkIntervalMs: number;
  sendIntervalMs: number;
}

export function chunkCountOf(audienceSize: number, chunkSize: number): number {
  return Math.ceil(audienceSize / chunkSize);
}

/**
 * How long a campaign takes at the least, in milliseconds: chunks start one after the other, each sends one message
 * every sendIntervalMs, and together they send no more than the installation's rate.
 */
export function estimateDurationMs(
  audienceSize: number,
  pacing: PacingPlan,
  messagesPerSecond: number,
): number {
  if (audienceSize === 0) return 0;
  const chunkCount = chunkCountOf(audienceSize, pacing.chunkSize);
  const lastChunkSize = audienceSize - (chunkCount - 1) * pacing.chunkSize;
  const lastChunkStartsMs = (chunkCount - 1) * pacing.chunkIntervalMs;
  const lastChunkEndsMs = lastChunkStartsMs + (lastChunkSize - 1) * pacing.sendIntervalMs;
  const fullChunkEndsMs =
    chunkCount > 1
      ? lastChunkStartsMs - pacing.chunkIntervalMs + (pacing.chunkSize - 1) * pacing.sendIntervalMs
      : 0;
  const atFullRateMs = ((audienceSize - 1) / messagesPerSecond) * 1000;
  return Math.max(lastChunkEndsMs, fullChunkEndsMs, atFullRateMs);
}

export interface Progress {
  totalUsers: number;
  pendingUsers: number;
  startedAt: Date;
}

/** Below this share of progress the plan says more about the end than what has been observed. */
const OBSERVED_SHARE = 0.02;

/**
 * When a running campaign is likely to finish. Early on by its plan, later by its own average rate, which has every
 * delay in it that the plan does not know of.
 */
export function estimateFinishAt(
  progress: Progress,
  pacing: PacingPlan,
  messagesPerSecond: number,
  now: Date,
): Date {
  const { totalUsers, pendingUsers, startedAt } = progress;
  const done = totalUsers - pendingUsers;
  const elapsedMs = now.getTime() - startedAt.getTime();
  if (done > 0 && done / totalUsers >= OBSERVED_SHARE && elapsedMs > 0) {
    return new Date(now.getTime() + (elapsedMs / done) * pendingUsers);
  }
  const plannedMs = estimateDurationMs(pendingUsers, pacing, messagesPerSecond);
  return new Date(Math.max(now.getTime(), startedAt.getTime()) + plannedMs);
}

/** Share of the recipients that is no longer pending, 0 to 100, with two decimals. */
export function progressPercentage(totalUsers: number, pendingUsers: number, completed: boolean): number {
  if (totalUsers === 0) return completed ? 100 : 0;
  return Math.floor(((totalUsers - pendingUsers) / totalUsers) * 10_000) / 100;
}
