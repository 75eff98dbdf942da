import { paginate, type Connection, type KeysetOrder, type PageArguments } from '../kernel/pages.js';
import { requireValid } from '../kernel/validation.js';
import type { Delivery } from './delivery.entity.js';
import type { DeliveryListStore } from './delivery-list.store.js';
import type { DeliveryFilter } from './delivery.types.js';

function byRecipient(campaignId: string): KeysetOrder<Delivery> {
  return {
    name: `deliveries ${campaignId}`,
    columns: [{ path: 'delivery.userId', sqlType: 'bigint' }],
    keyOf: (delivery) => [delivery.userId],
    descending: false,
  };
}

/** Length of a page of deliveries for which neither first nor last is given. */
export const DELIVERIES_PER_PAGE = 50;

/** Lists the deliveries of a campaign. */
export class DeliveryListService {
  constructor(private readonly lists: DeliveryListStore) {}

  /** @throws BAD_USER_INPUT for an invalid filter */
  async deliveries(
    campaignId: string,
    filter: DeliveryFilter | undefined,
    page: PageArguments,
  ): Promise<Connection<Delivery>> {
    await requireValid(filter);
    return paginate(
      this.lists.deliveries(campaignId, filter),
      page,
      byRecipient(campaignId),
      DELIVERIES_PER_PAGE,
    );
  }
}
