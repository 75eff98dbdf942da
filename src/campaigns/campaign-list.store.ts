import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { contains } from '../database/search.js';
import { NotificationCampaign } from './campaign.entity.js';
import type { CampaignFilter } from './campaign.types.js';

type Query = SelectQueryBuilder<NotificationCampaign>;

const NEEDS_ATTENTION = `(campaign.status = 'FAILED'
  OR campaign.status = 'PAUSED' AND campaign.failureCode IS NOT NULL
  OR campaign.status = 'PROCESSING' AND campaign.standstillCode IS NOT NULL)`;

/** From the first instant on, and before the second. */
function between(query: Query, column: string, from?: Date | null, to?: Date | null): void {
  if (from) query.andWhere(`campaign.${column} >= :${column}From`, { [`${column}From`]: from });
  if (to) query.andWhere(`campaign.${column} < :${column}To`, { [`${column}To`]: to });
}

/** Lists of campaigns. */
export class CampaignListStore {
  constructor(private readonly dataSource: DataSource) {}

  campaigns(filter: CampaignFilter | undefined): Query {
    const query = this.dataSource.getRepository(NotificationCampaign).createQueryBuilder('campaign');
    if (!filter) return query;
    if (filter.status) query.andWhere('campaign.status = ANY (:statuses)', { statuses: filter.status });
    if (filter.topicId != null) query.andWhere('campaign.topicId = :topicId', { topicId: filter.topicId });
    if (filter.nameContains != null) {
      const { sql, parameters } = contains('campaign.name', filter.nameContains, 'part');
      query.andWhere(sql, parameters);
    }
    between(query, 'createdAt', filter.createdAfter, filter.createdBefore);
    between(query, 'scheduledFor', filter.scheduledAfter, filter.scheduledBefore);
    between(query, 'startedAt', filter.startedAfter, filter.startedBefore);
    if (filter.needsAttention != null)
      query.andWhere(`${filter.needsAttention ? '' : 'NOT '}${NEEDS_ATTENTION}`);
    return query;
  }

  findMany(ids: readonly string[]): Promise<NotificationCampaign[]> {
    const query = this.dataSource.getRepository(NotificationCampaign).createQueryBuilder('campaign');
    return query.where('campaign.id = ANY (:ids)', { ids }).getMany();
  }
}
