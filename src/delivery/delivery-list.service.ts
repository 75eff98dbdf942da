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

/** The reminders of a campaign, page by page. */
export class DeliveryListService {
  constructor(private readonly lists: DeliveryListStore) {}

  /** @throws BAD_USER_INPUT for a filter that cannot be used */
  async deliveries(
    campaignId: string,
    filter: DeliveryFilter | undefined,
    page: PageArguments,
  ): Promise<Connection<Delivery>> {
    await requireValid(filter);
    return paginate(this.lists.deliveries(campaignId, filter), page, byRecipient(campaignId));
  }
}
