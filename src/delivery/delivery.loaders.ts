import type DataLoader from 'dataloader';
import { loadMany, loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { Delivery } from './delivery.entity.js';
import type { DeliveryOutcome } from './outcome.types.js';
import type { OverviewStore } from './overview.store.js';
import type { DeliveryListStore } from './delivery-list.store.js';
import type { RemindersOf, UserDeliveryStore } from './user-deliveries.store.js';

/** Batched reads of deliveries. */
export interface DeliveryLoaders {
  /** By campaign and user: "12_4200001". */
  delivery: DataLoader<string, Delivery | null>;
  /** By campaign. */
  outcomes: DataLoader<string, DeliveryOutcome[]>;
  /** By poll and user: "1_4200001". */
  reminders: DataLoader<string, RemindersOf | null>;
}

export function createDeliveryLoaders(
  deliveries: DeliveryListStore,
  overviews: OverviewStore,
  toUsers: UserDeliveryStore,
  options: BatchOptions,
): DeliveryLoaders {
  return {
    reminders: loadOne(
      (keys) => toUsers.reminders(keys),
      ({ key }) => key,
      options,
    ),
    delivery: loadOne(
      (ids) => deliveries.findMany(ids),
      (delivery) => delivery.id,
      options,
    ),
    outcomes: loadMany(
      (ids) => overviews.outcomes(ids),
      ({ campaignId }) => campaignId,
      options,
    ),
  };
}
