/**
 * When a reminder was or may have been sent. SENDING and UNCONFIRMED count, since the recipient may have it. Reads the table
 * `delivery` by that name.
 */
export const REMINDED_AT = 'coalesce(delivery.sent_at, delivery.updated_at)';

export const MAY_HAVE_REMINDED = `delivery.status IN ('SENT', 'SENDING', 'UNCONFIRMED')`;

export interface RemindedBy {
  /** SQL of the poll. */
  pollId: string;
  /** SQL of the campaigns that count: an array that is read once per statement. */
  campaigns: string;
  /** SQL of the recipient. */
  userId: string;
  /** SQL of the number of hours. */
  hours: string;
}

/**
 * The other campaigns of a poll that may have reminded users within so many hours. Each settlement updates its campaign, and
 * SENDING counts as pending.
 */
export function recentCampaigns(pollId: string, campaignId: string, hours: string): string {
  return `ARRAY (
    SELECT recent.id FROM notification_campaign recent
    WHERE recent.topic_id = ${pollId} AND recent.id <> ${campaignId}
      AND (recent.pending_users > 0 OR recent.updated_at > clock_timestamp() - ${hours} * interval '1 hour'))`;
}

/**
 * Whether one of the campaigns, or a wish to be reminded later, reminded the recipient within so many hours. A subquery that the planner cannot turn into a
 * join: it reads the few deliveries of one recipient by index, whatever the statistics say, so that the cost is linear in the
 * size of the audience.
 */
export function remindedWithin({ pollId, campaigns, userId, hours }: RemindedBy): string {
  return `coalesce((
    SELECT true FROM later_reminder later
    WHERE later.poll_id = ${pollId} AND later.user_id = ${userId} AND later.status IN ('SENT', 'SENDING', 'UNCONFIRMED')
      AND later.requested_at > clock_timestamp() - ${hours} * interval '1 hour'
    LIMIT 1), (
    SELECT true FROM delivery
    WHERE delivery.campaign_id = ANY (${campaigns}) AND delivery.user_id = ${userId} AND ${MAY_HAVE_REMINDED}
      AND ${REMINDED_AT} > clock_timestamp() - ${hours} * interval '1 hour'
    LIMIT 1), false)`;
}
