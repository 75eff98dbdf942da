import {
  paginate,
  readPage,
  type Connection,
  type KeysetOrder,
  type PageArguments,
} from '../kernel/pages.js';
import { badUserInput } from '../kernel/errors.js';
import { isRowId } from '../kernel/ids.js';
import { requireValid } from '../kernel/validation.js';
import type { Ledger } from '../campaigns/ledger.entity.js';
import { DeliveryStatus, type Delivery } from './delivery.entity.js';
import type { DeliveryListStore } from './delivery-list.store.js';
import type { UserDeliveryStore } from './user-deliveries.store.js';
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

function newestFirst(userId: string): KeysetOrder<Delivery> {
  return {
    name: `deliveries to ${userId}`,
    columns: [{ path: 'delivery.campaignId', sqlType: 'bigint' }],
    keyOf: (delivery) => [delivery.campaignId],
    descending: true,
  };
}

/** Length of a page of deliveries for which neither first nor last is given. */
export const DELIVERIES_PER_PAGE = 50;

/** Lists the deliveries of a campaign. */
export class DeliveryListService {
  constructor(
    private readonly lists: DeliveryListStore,
    private readonly toUsers: UserDeliveryStore,
  ) {}

  /** The deliveries to a user, of all campaigns. */
  toUser(userId: string, page: PageArguments): Promise<Connection<Delivery>> {
    return paginate(this.toUsers.toUser(userId), page, newestFirst(userId), DELIVERIES_PER_PAGE);
  }

  /**
   * @param ledger counters of the campaign, from which lengths come where the filter allows
   * @throws BAD_USER_INPUT for an invalid filter
   */
  async deliveries(
    campaignId: string,
    filter: DeliveryFilter | undefined,
    page: PageArguments,
    ledger?: Ledger,
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
      () => this.count(campaignId, cleaned, ledger),
      DELIVERIES_PER_PAGE,
    );
  }

  private async count(
    campaignId: string,
    filter: DeliveryFilter | undefined,
    ledger: Ledger | undefined,
  ): Promise<number> {
    const { status, reason, userId, search } = filter ?? {};
    if (!ledger || [reason, userId, search].some((asked) => asked != null)) {
      return this.lists.count(campaignId, filter);
    }
    const wanted = new Set(status ?? Object.values(DeliveryStatus));
    // Both are in one counter; few are SENDING at a time, and they have an index.
    const splits = wanted.has(DeliveryStatus.PENDING) !== wanted.has(DeliveryStatus.SENDING);
    const sending = splits ? await this.lists.count(campaignId, { status: [DeliveryStatus.SENDING] }) : 0;
    const sizes: Record<DeliveryStatus, number> = {
      PENDING: ledger.pendingUsers - sending,
      SENDING: sending,
      SENT: ledger.sentUsers,
      FAILED: ledger.failedUsers,
      SKIPPED: ledger.skippedUsers,
      UNCONFIRMED: ledger.unconfirmedUsers,
    };
    const erased = await this.lists.erased(campaignId);
    return [...wanted].reduce((sum, one) => sum + sizes[one] - (erased[one] ?? 0), 0);
  }
}
