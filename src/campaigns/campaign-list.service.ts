import { paginate, type Connection, type KeysetOrder, type PageArguments } from '../kernel/pages.js';
import { badUserInput } from '../kernel/errors.js';
import { isRowId } from '../kernel/ids.js';
import { requireValid } from '../kernel/validation.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { CampaignListStore } from './campaign-list.store.js';
import { CampaignOrder, type CampaignFilter } from './campaign.types.js';

function byCreation(descending: boolean): KeysetOrder<NotificationCampaign> {
  return {
    name: `campaigns ${descending ? CampaignOrder.CREATED_AT_DESC : CampaignOrder.CREATED_AT_ASC}`,
    columns: [
      { path: 'campaign.createdAt', sqlType: 'timestamptz' },
      { path: 'campaign.id', sqlType: 'bigint' },
    ],
    keyOf: (campaign) => [campaign.createdAt.toISOString(), campaign.id],
    descending,
  };
}

/** Lists campaigns. */
export class CampaignListService {
  constructor(private readonly lists: CampaignListStore) {}

  /** @throws BAD_USER_INPUT for an invalid filter */
  async campaigns(
    filter: CampaignFilter | undefined,
    order: CampaignOrder | undefined,
    page: PageArguments,
  ): Promise<Connection<NotificationCampaign>> {
    await requireValid(filter);
    if (filter?.topicId != null && !isRowId(filter.topicId))
      throw badUserInput('topicId must be the id of a poll, such as poll_1.');
    return paginate(this.lists.campaigns(filter), page, byCreation(order !== CampaignOrder.CREATED_AT_ASC));
  }
}
