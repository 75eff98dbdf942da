import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { rows } from '../database/rows.js';
import { pairs } from '../people/participants.store.js';
import { Delivery } from './delivery.entity.js';

/** $1 polls and $2 users, by pairs. UNCONFIRMED counts, since the recipient may have it. */
const REMINDERS = `
  WITH wanted AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS wanted (poll_id, user_id)
  ), reminder AS (
    SELECT wanted.*, coalesce(delivery.sent_at, delivery.updated_at) AS at FROM wanted
    JOIN delivery ON delivery.user_id = wanted.user_id AND delivery.status IN ('SENT', 'UNCONFIRMED')
    JOIN notification_campaign campaign ON campaign.id = delivery.campaign_id AND campaign.topic_id = wanted.poll_id
    UNION ALL
    SELECT wanted.*, later.requested_at FROM wanted
    JOIN later_reminder later USING (poll_id, user_id) WHERE later.status IN ('SENT', 'UNCONFIRMED')
  )
  SELECT poll_id || '_' || user_id AS key, count(*)::integer AS sent, max(at) AS "lastAt"
  FROM reminder GROUP BY poll_id, user_id
`;

/** Reminders of a poll that a user got; the key is "poll_user". */
export interface RemindersOf {
  key: string;
  sent: number;
  lastAt: Date | null;
}

/** Deliveries by recipient. */
export class UserDeliveryStore {
  constructor(private readonly dataSource: DataSource) {}

  toUser(userId: string): SelectQueryBuilder<Delivery> {
    const query = this.dataSource.getRepository(Delivery).createQueryBuilder('delivery');
    return query.where('delivery.userId = :userId', { userId });
  }

  reminders(keys: readonly string[]): Promise<RemindersOf[]> {
    return rows<RemindersOf>(this.dataSource, REMINDERS, pairs(keys));
  }
}
