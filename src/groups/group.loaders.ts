import type DataLoader from 'dataloader';
import { loadMany, type BatchOptions } from '../graphql-types/batch.js';
import type { GroupStore } from './group.store.js';

interface NamedBy {
  owner: string;
  name: string;
}

/** Batched reads of the groups that something names, or that somebody belongs to. */
export interface GroupLoaders {
  pollGroups: DataLoader<string, NamedBy[]>;
  campaignGroups: DataLoader<string, NamedBy[]>;
  userGroups: DataLoader<string, NamedBy[]>;
}

export function createGroupLoaders(groups: GroupStore, options: BatchOptions): GroupLoaders {
  const ownerOf = ({ owner }: NamedBy) => owner;
  return {
    pollGroups: loadMany((ids) => groups.namesFor('poll_group', ids), ownerOf, options),
    campaignGroups: loadMany((ids) => groups.namesFor('campaign_group', ids), ownerOf, options),
    userGroups: loadMany((ids) => groups.namesFor('group_member', ids), ownerOf, options),
  };
}
