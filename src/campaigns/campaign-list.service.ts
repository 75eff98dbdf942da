import {
  paginate,
  type Connection,
  type KeysetColumn,
  type KeysetOrder,
  type PageArguments,
} from '../kernel/pages.js';
import { badUserInput } from '../kernel/errors.js';
import { isRowId } from '../kernel/ids.js';
import { requireValid } from '../kernel/validation.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { CampaignListStore } from './campaign-list.store.js';
import { CampaignFilter, type CampaignOrder } from './campaign.types.js';

type Order = [KeysetColumn, keyOf: (campaign: NotificationCampaign) => string, descending: boolean];

const CREATED: KeysetColumn = { path: 'campaign.createdAt', sqlType: 'timestamptz' };

/** By what comes before the id. Each has an index. */
const ORDERS: Readonly<Record<CampaignOrder, Order>> = {
  CREATED_AT_DESC: [CREATED, ({ createdAt }) => createdAt.toISOString(), true],
  CREATED_AT_ASC: [CREATED, ({ createdAt }) => createdAt.toISOString(), false],
  STARTED_AT_DESC: [
    { path: "coalesce(campaign.startedAt, '-infinity')", sqlType: 'timestamptz' },
    ({ startedAt }) => startedAt?.toISOString() ?? '-infinity',
    true,
  ],
  SCHEDULED_FOR_ASC: [
    { path: "coalesce(campaign.scheduledFor, 'infinity')", sqlType: 'timestamptz' },
    ({ scheduledFor }) => scheduledFor?.toISOString() ?? 'infinity',
    false,
  ],
  TOTAL_USERS_DESC: [
    { path: 'campaign.totalUsers', sqlType: 'integer' },
    ({ totalUsers }) => String(totalUsers),
    true,
  ],
};

function chooseOrder(by: CampaignOrder): KeysetOrder<NotificationCampaign> {
  const [column, keyOf, descending] = ORDERS[by];
  return {
    name: `campaigns ${by}`,
    columns: [column, { path: 'campaign.id', sqlType: 'bigint' }],
    keyOf: (campaign) => [keyOf(campaign), campaign.id],
    descending,
  };
}

/** @throws BAD_USER_INPUT for an invalid filter */
export async function checkFilter(filter: CampaignFilter | undefined): Promise<void> {
  await requireValid(filter);
  if (filter?.topicId != null && !isRowId(filter.topicId))
    throw badUserInput('topicId must be the id of a poll, such as poll_1.');
}

/** Lists campaigns. */
export class CampaignListService {
  constructor(private readonly lists: CampaignListStore) {}

  /** @throws BAD_USER_INPUT for an invalid filter */
  async campaigns(
    filter: CampaignFilter | undefined,
    order: CampaignOrder,
    page: PageArguments,
  ): Promise<Connection<NotificationCampaign>> {
    await checkFilter(filter);
    return paginate(this.lists.campaigns(filter), page, chooseOrder(order));
  }

  /** As campaigns, of one poll: a filter by another one has no match. */
  async ofPoll(
    pollId: string,
    filter: CampaignFilter | undefined,
    order: CampaignOrder,
    page: PageArguments,
  ): Promise<Connection<NotificationCampaign>> {
    const topicId = filter?.topicId ?? pollId;
    const status = topicId === pollId ? filter?.status : [];
    return this.campaigns(Object.assign(new CampaignFilter(), filter, { topicId, status }), order, page);
  }
}
