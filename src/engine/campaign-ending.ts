import { isTextCode, MAX_FAILURE_STREAK } from '../campaigns/failure-codes.js';
import type { LedgerState } from '../delivery/delivery.store.js';
import type { CampaignControl } from './ports.js';

/** Ends a campaign that has nobody left, and stops one that fails again and again, going by the ledger. */
export async function endIfDue(
  campaigns: CampaignControl,
  campaignId: string,
  { pendingUsers, failureStreak, failureStreakReason }: LedgerState,
): Promise<void> {
  if (await stopIfRefused(campaigns, campaignId, failureStreakReason)) return;
  if (pendingUsers === 0) await campaigns.complete(campaignId);
  else if (failureStreak >= MAX_FAILURE_STREAK) {
    const reason = failureStreakReason ?? 'UNKNOWN';
    const message = `${failureStreak} reminders in a row ended with ${reason}. Look into it, then resume.`;
    await campaigns.pauseBySystem(campaignId, 'REPEATED_FAILURES', message);
  }
}

/** A text that no recipient can get is the campaign's fault. @returns whether the campaign has stopped for that */
export async function stopIfRefused(
  campaigns: Pick<CampaignControl, 'failRefused'>,
  campaignId: string,
  failureStreakReason: string | null,
): Promise<boolean> {
  return isTextCode(failureStreakReason) && (await campaigns.failRefused(campaignId, failureStreakReason));
}
