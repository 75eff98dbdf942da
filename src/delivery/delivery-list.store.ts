import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { Delivery } from './delivery.entity.js';
import type { DeliveryFilter } from './delivery.types.js';

/** The deliveries of one campaign. */
export class DeliveryListStore {
  constructor(private readonly dataSource: DataSource) {}

  deliveries(campaignId: string, filter: DeliveryFilter | undefined): SelectQueryBuilder<Delivery> {
    const query = this.dataSource.getRepository(Delivery).createQueryBuilder('delivery');
    query.andWhere('delivery.campaignId = :campaignId', { campaignId });
    if (filter?.status) query.andWhere('delivery.status = ANY (:statuses)', { statuses: filter.status });
    return query;
  }
}
