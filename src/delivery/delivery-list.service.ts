import { readPage, type Connection, type KeysetOrder, type PageArguments } from '../kernel/pages.js';
import { badUserInput } from '../kernel/errors.js';
import { isRowId } from '../kernel/ids.js';
import { requireValid } from '../kernel/validation.js';
import type { Delivery } from './delivery.entity.js';
import type { DeliveryListStore } from './delivery-list.store.js';
import { cleanSearch } from '../people/clean-input.js';
import { DeliveryFilter } from './delivery.types.js';

function byRecipient(campaignId: string): KeysetOrder<Delivery> {
  return {
    name: `deliveries ${campaignId}`,
    columns: [{ path: 'delivery.user_id', sqlType: 'bigint' }],
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
    const cleaned =
      filter && Object.assign(new DeliveryFilter(), filter, { search: cleanSearch(filter.search) });
    await requireValid(cleaned);
    if (cleaned?.userId != null && !isRowId(cleaned.userId)) {
      throw badUserInput('userId must be the id of a user, such as user_4200001.');
    }
    return readPage(
      page,
      byRecipient(campaignId),
      (window) => this.lists.page(campaignId, cleaned, window),
      () => this.lists.count(campaignId, cleaned),
      DELIVERIES_PER_PAGE,
    );
  }
}
