import type { DataSource } from 'typeorm';
import { paginate, type Connection, type KeysetOrder, type PageArguments } from '../graphql/connection.js';
import { badUserInput } from '../graphql/errors.js';
import { isRowId } from '../graphql/ids.js';
import { requireValid } from '../graphql/validation.js';
import { NotificationCampaign } from './campaign.entity.js';
import { CampaignOrder, type CampaignFilter, type DeliveryFilter } from './campaign.types.js';
import { Delivery } from './delivery.entity.js';

function byCreation(descending: boolean): KeysetOrder<NotificationCampaign> {
  return {
    columns: [
      { path: 'campaign.createdAt', sqlType: 'timestamptz' },
      { path: 'campaign.id', sqlType: 'bigint' },
    ],
    keyOf: (campaign) => [campaign.createdAt.toISOString(), campaign.id],
    descending,
  };
}

const BY_RECIPIENT: KeysetOrder<Delivery> = {
  columns: [{ path: 'delivery.userId', sqlType: 'bigint' }],
  keyOf: (delivery) => [delivery.userId],
  descending: false,
};

/** Lists of campaigns and of their deliveries. */
export class CampaignQueries {
  constructor(private readonly dataSource: DataSource) {}

  async campaigns(
    filter: CampaignFilter | undefined,
    order: CampaignOrder | undefined,
    page: PageArguments,
  ): Promise<Connection<NotificationCampaign>> {
    await requireValid(filter);
    const query = this.dataSource.getRepository(NotificationCampaign).createQueryBuilder('campaign');
    if (filter?.status) query.andWhere('campaign.status = ANY (:statuses)', { statuses: filter.status });
    if (filter?.topicId != null) {
      if (!isRowId(filter.topicId)) throw badUserInput('topicId must be the number of a poll.');
      query.andWhere('campaign.topicId = :topicId', { topicId: filter.topicId });
    }
    if (filter?.createdAfter) query.andWhere('campaign.createdAt >= :after', { after: filter.createdAfter });
    if (filter?.createdBefore)
      query.andWhere('campaign.createdAt < :before', { before: filter.createdBefore });
    return paginate(query, page, byCreation(order !== CampaignOrder.CREATED_AT_ASC));
  }

  async deliveries(
    campaignId: string,
    filter: DeliveryFilter | undefined,
    page: PageArguments,
  ): Promise<Connection<Delivery>> {
    await requireValid(filter);
    const query = this.dataSource.getRepository(Delivery).createQueryBuilder('delivery');
    query.andWhere('delivery.campaignId = :campaignId', { campaignId });
    if (filter?.status) query.andWhere('delivery.status = ANY (:statuses)', { statuses: filter.status });
    return paginate(query, page, BY_RECIPIENT);
  }

  findMany(ids: readonly string[]): Promise<NotificationCampaign[]> {
    const query = this.dataSource.getRepository(NotificationCampaign).createQueryBuilder('campaign');
    return query.where('campaign.id = ANY (:ids)', { ids }).getMany();
  }
}
