import type { LedgerState } from './delivery.store.js';
import type { CampaignControl } from './ports.js';

/** Like failures in a row that pause a campaign: by then it is not the recipients' fault. */
const MAX_FAILURE_STREAK = 20;

/** Ends a campaign that has nobody left, and pauses one that fails again and again, going by the ledger. */
export async function endIfDue(
  campaigns: CampaignControl,
  campaignId: string,
  { pendingUsers, failureStreak, failureStreakReason }: LedgerState,
): Promise<void> {
  if (pendingUsers === 0) await campaigns.complete(campaignId);
  else if (failureStreak >= MAX_FAILURE_STREAK) {
    const reason = failureStreakReason ?? 'UNKNOWN';
    const message = `${failureStreak} reminders in a row ended with ${reason}. Look into it, then resume.`;
    await campaigns.pauseBySystem(campaignId, 'REPEATED_FAILURES', message);
  }
}
