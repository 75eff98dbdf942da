import type { DataSource } from 'typeorm';
import { oneRow, rows } from '../database/rows.js';
import { countMatches, searchPage, type Condition } from '../database/search.js';
import { inWindow, type PageWindow } from '../kernel/pages.js';
import { personMatches } from '../people/people-list.store.js';
import { Delivery, type DeliveryStatus } from './delivery.entity.js';
import type { DeliveryFilter } from './delivery.types.js';

const KEY_PAIRS = 'SELECT * FROM unnest(CAST(:campaignIds AS bigint[]), CAST(:userIds AS bigint[]))';

const RECIPIENT = { table: 'telegram_user', alias: 'person', on: 'person.id = delivery.user_id' };

/** Which deliveries of a campaign a filter asks for, without its search. */
function buildCondition(campaignId: string, filter: DeliveryFilter | undefined): Condition {
  const conditions = ['delivery.campaign_id = :campaignId'];
  if (filter?.status) conditions.push('delivery.status = ANY (:statuses)');
  if (filter?.reason) conditions.push('delivery.reason = ANY (:reasons)');
  if (filter?.userId != null) conditions.push('delivery.user_id = :userId');
  return {
    sql: conditions.join(' AND '),
    parameters: {
      campaignId,
      statuses: filter?.status,
      reasons: filter?.reason,
      userId: filter?.userId,
    },
  };
}

/** One index scan a reason: together they would have to be sorted. */
function pageByReason({ sql }: Condition, { condition, orderBy, limit }: PageWindow): string {
  return `
    SELECT delivery.key FROM unnest(CAST(:reasons AS text[])) AS wanted (reason) CROSS JOIN LATERAL (
      SELECT delivery.user_id AS key, delivery.user_id FROM delivery
      WHERE delivery.reason = wanted.reason AND ${sql} AND ${condition} ORDER BY ${orderBy} LIMIT ${limit}
    ) delivery
    ORDER BY ${orderBy} LIMIT ${limit}`;
}

const ERASED = `
  SELECT status, sum(count)::integer AS count FROM erased_delivery WHERE campaign_id = $1 GROUP BY status
`;

/** Lists of deliveries. */
export class DeliveryListStore {
  constructor(private readonly dataSource: DataSource) {}

  /** @param window in the order of the recipients */
  async page(
    campaignId: string,
    filter: DeliveryFilter | undefined,
    window: PageWindow,
  ): Promise<Delivery[]> {
    const listed = buildCondition(campaignId, filter);
    if (filter?.search == null && !filter?.reason) {
      const query = this.dataSource.getRepository(Delivery).createQueryBuilder('delivery');
      return inWindow(query.where(listed.sql, listed.parameters), window).getMany();
    }
    const keys = await this.keys(listed, filter.search, window);
    const found = await this.findMany(keys.map((userId) => `${campaignId}_${userId}`));
    return found.sort((a, b) => keys.indexOf(a.userId) - keys.indexOf(b.userId));
  }

  async count(campaignId: string, filter: DeliveryFilter | undefined): Promise<number> {
    const listed = buildCondition(campaignId, filter);
    const count = 'SELECT count(*)::integer AS count FROM delivery';
    if (filter?.search == null) {
      const statement = `${count} WHERE ${listed.sql}`;
      return (await oneRow<{ count: number }>(this.dataSource, statement, listed.parameters)).count;
    }
    const { table, alias, on } = RECIPIENT;
    const statement = `${count} JOIN ${table} ${alias} ON ${on} WHERE ${listed.sql}`;
    return countMatches(this.dataSource, statement, listed.parameters, personMatches(filter.search));
  }

  /** Numbers of deliveries to people who were erased, by status. */
  async erased(campaignId: string): Promise<Partial<Record<DeliveryStatus, number>>> {
    const counts = await rows<{ status: DeliveryStatus; count: number }>(this.dataSource, ERASED, [
      campaignId,
    ]);
    return Object.fromEntries(counts.map(({ status, count }) => [status, count]));
  }

  /** @param ids campaigns and users: "12_4200001" */
  findMany(ids: readonly string[]): Promise<Delivery[]> {
    const keys = ids.map((id) => id.split('_'));
    const query = this.dataSource.getRepository(Delivery).createQueryBuilder('delivery');
    return query
      .where(`(delivery.campaignId, delivery.userId) IN (${KEY_PAIRS})`, {
        campaignIds: keys.map(([campaignId]) => campaignId),
        userIds: keys.map(([, userId]) => userId),
      })
      .getMany();
  }

  /** The recipients of a page: of a search, or by reason. */
  private async keys(
    listed: Condition,
    search: string | null | undefined,
    window: PageWindow,
  ): Promise<string[]> {
    const values = { ...listed.parameters, ...window.parameters };
    if (search == null) {
      const found = await rows<{ key: string }>(this.dataSource, pageByReason(listed, window), values);
      return found.map(({ key }) => key);
    }
    const match = personMatches(search);
    return searchPage(this.dataSource, {
      from: 'delivery',
      alias: 'delivery',
      join: RECIPIENT,
      key: 'delivery.user_id',
      condition: listed.sql,
      match,
      window,
      values: { ...values, ...match.parameters },
    });
  }
}
