import type DataLoader from 'dataloader';
import { loadMany, loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { Delivery } from './delivery.entity.js';
import type { DeliveryOutcome } from './outcome.types.js';
import type { OverviewStore } from './overview.store.js';
import type { DeliveryListStore } from './delivery-list.store.js';

/** Batched reads of deliveries. */
export interface DeliveryLoaders {
  /** By campaign and user: "12_4200001". */
  delivery: DataLoader<string, Delivery | null>;
  /** By campaign. */
  outcomes: DataLoader<string, DeliveryOutcome[]>;
}

export function createDeliveryLoaders(
  deliveries: DeliveryListStore,
  overviews: OverviewStore,
  options: BatchOptions,
): DeliveryLoaders {
  return {
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
