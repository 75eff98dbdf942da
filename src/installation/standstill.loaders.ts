import type DataLoader from 'dataloader';
import { loadOne, type BatchOptions } from '../graphql-types/batch.js';
import type { Standstill, StandstillStore } from './standstill.store.js';

/** Batched reads of why campaigns make no progress. */
export interface StandstillLoaders {
  standstill: DataLoader<string, Standstill | null>;
}

export interface StandstillContext {
  loaders: StandstillLoaders;
}

export function createStandstillLoaders(
  standstills: StandstillStore,
  options: BatchOptions,
): StandstillLoaders {
  return {
    standstill: loadOne(
      (ids) => standstills.find(ids),
      (standstill) => standstill.campaignId,
      options,
    ),
  };
}
