import type DataLoader from 'dataloader';
import { loadOne, type BatchOptions } from '../graphql-types/batch.js';
import { ApiToken } from './api-token.entity.js';
import type { ApiTokenStore } from './api-token.store.js';
import type { AuditEntry } from './audit-entry.entity.js';
import type { AuditStore } from './audit.store.js';

/** Batched reads of the audit log and of tokens. */
export interface AccessLoaders {
  auditEntry: DataLoader<string, AuditEntry | null>;
  apiToken: DataLoader<string, ApiToken | null>;
}

/** As an instance of its class, by which TypeGraphQL tells the types of an interface. */
async function findTokens(tokens: ApiTokenStore, ids: readonly string[]): Promise<ApiToken[]> {
  return (await tokens.findMany(ids)).map((record) => Object.assign(new ApiToken(), record));
}

export function createAccessLoaders(
  entries: AuditStore,
  tokens: ApiTokenStore,
  options: BatchOptions,
): AccessLoaders {
  return {
    auditEntry: loadOne(
      (ids) => entries.findMany(ids),
      (entry) => entry.id,
      options,
    ),
    apiToken: loadOne(
      (ids) => findTokens(tokens, ids),
      (token) => token.id,
      options,
    ),
  };
}
