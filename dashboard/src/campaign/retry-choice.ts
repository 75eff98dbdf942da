import type { CampaignState, DeliveryStatus } from './queries.js';

export const RETRYABLE = ['FAILED', 'UNCONFIRMED', 'SKIPPED'] as const;
export type RetryableStatus = (typeof RETRYABLE)[number];

export function isRetryable(status: DeliveryStatus): status is RetryableStatus {
  return RETRYABLE.some((one) => one === status);
}

/** Whether its status allows a retry, and there is anything to retry. */
export function canBeRetried({
  status,
  failedUsers,
  skippedUsers,
  unconfirmedUsers,
}: CampaignState): boolean {
  const isPossible = ['COMPLETED', 'PAUSED', 'FAILED', 'PROCESSING'].includes(status);
  return isPossible && failedUsers + skippedUsers + unconfirmedUsers > 0;
}
