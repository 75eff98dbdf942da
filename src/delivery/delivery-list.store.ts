import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { Delivery } from './delivery.entity.js';
import type { DeliveryFilter } from './delivery.types.js';

const KEY_PAIRS = 'SELECT * FROM unnest(CAST(:campaignIds AS bigint[]), CAST(:userIds AS bigint[]))';

/** Lists of deliveries. */
export class DeliveryListStore {
  constructor(private readonly dataSource: DataSource) {}

  deliveries(campaignId: string, filter: DeliveryFilter | undefined): SelectQueryBuilder<Delivery> {
    const query = this.dataSource.getRepository(Delivery).createQueryBuilder('delivery');
    query.andWhere('delivery.campaignId = :campaignId', { campaignId });
    if (filter?.status) query.andWhere('delivery.status = ANY (:statuses)', { statuses: filter.status });
    return query;
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
}
