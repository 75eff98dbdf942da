import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { NotificationCampaign } from './campaign.entity.js';
import type { CampaignFilter } from './campaign.types.js';

/** Lists of campaigns. */
export class CampaignListStore {
  constructor(private readonly dataSource: DataSource) {}

  campaigns(filter: CampaignFilter | undefined): SelectQueryBuilder<NotificationCampaign> {
    const query = this.dataSource.getRepository(NotificationCampaign).createQueryBuilder('campaign');
    if (filter?.status) query.andWhere('campaign.status = ANY (:statuses)', { statuses: filter.status });
    if (filter?.topicId != null) query.andWhere('campaign.topicId = :topicId', { topicId: filter.topicId });
    if (filter?.createdAfter) query.andWhere('campaign.createdAt >= :after', { after: filter.createdAfter });
    if (filter?.createdBefore)
      query.andWhere('campaign.createdAt < :before', { before: filter.createdBefore });
    return query;
  }

  findMany(ids: readonly string[]): Promise<NotificationCampaign[]> {
    const query = this.dataSource.getRepository(NotificationCampaign).createQueryBuilder('campaign');
    return query.where('campaign.id = ANY (:ids)', { ids }).getMany();
  }
}
