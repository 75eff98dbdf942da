import type { NotificationCampaign } from './campaign.entity.js';
import { estimateFinishAt, progressPercentage } from './estimate.js';
import { CampaignStatus } from './lifecycle.js';

export function computePercentage({ totalUsers, pendingUsers, status }: NotificationCampaign): number {
  return progressPercentage(totalUsers, pendingUsers, status === CampaignStatus.COMPLETED);
}

/** When a campaign is likely to finish; null unless it runs and its audience is known. */
export function estimateFinish(
  campaign: NotificationCampaign,
  messagesPerSecond: number,
  now: Date,
): Date | null {
  if (campaign.status !== CampaignStatus.PROCESSING || !campaign.plannedAt) return null;
  return estimateFinishAt(campaign, campaign, messagesPerSecond, now);
}
