import type DataLoader from 'dataloader';
import { loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { Delivery } from './delivery.entity.js';
import type { DeliveryListStore } from './delivery-list.store.js';

/** Batched reads of deliveries. */
export interface DeliveryLoaders {
  /** By campaign and user: "12_4200001". */
  delivery: DataLoader<string, Delivery | null>;
}

export function createDeliveryLoaders(deliveries: DeliveryListStore, options: BatchOptions): DeliveryLoaders {
  return {
    delivery: loadOne(
      (ids) => deliveries.findMany(ids),
      (delivery) => delivery.id,
      options,
    ),
  };
}
