import type { Client } from 'urql';
import { graphql, type ResultOf, type VariablesOf } from '../graphql.js';
import { REFUSAL } from '../parts/fragments.js';
import type { Status } from '../parts/status.js';
import type { CAMPAIGNS } from './queries.js';
import { toTarget, type Target } from './selection.js';

/** What the API changes at a time. */
const BATCH = 100;

const PAUSE = graphql(
  `
    mutation PauseCampaigns($ids: [ID!]!) {
      changed: pauseCampaigns(ids: $ids) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);
const RESUME = graphql(
  `
    mutation ResumeCampaigns($ids: [ID!]!) {
      changed: resumeCampaigns(ids: $ids) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);
const CANCEL = graphql(
  `
    mutation CancelCampaigns($ids: [ID!]!) {
      changed: cancelCampaigns(ids: $ids) {
        userErrors {
          ...Refusal
        }
      }
    }
  `,
  [REFUSAL],
);

const TARGETS = graphql(`
  query BulkTargets($filter: CampaignFilter, $after: String) {
    campaigns(filter: $filter, orderBy: CREATED_AT_DESC, first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        topic {
          id
          title
        }
      }
    }
  }
`);

export const BULK = {
  pause: { mutation: PAUSE, from: ['PROCESSING'] },
  resume: { mutation: RESUME, from: ['PAUSED', 'FAILED'] },
  cancel: { mutation: CANCEL, from: ['PENDING', 'SCHEDULED', 'PROCESSING', 'PAUSED', 'FAILED'] },
} as const satisfies Record<string, { mutation: unknown; from: readonly Status[] }>;
export type BulkEvent = keyof typeof BULK;

export type Filter = NonNullable<VariablesOf<typeof CAMPAIGNS>['filter']>;

/** Those of a filter whose status allows the change. */
export function narrow(filter: Filter, event: BulkEvent): Filter {
  const from: readonly Status[] = BULK[event].from;
  return { ...filter, status: from.filter((status) => filter.status?.includes(status) ?? true) };
}

/** Chosen campaigns in batches. */
export function* batchesOf(targets: readonly Target[]): Generator<Target[]> {
  for (let start = 0; start < targets.length; start += BATCH) yield targets.slice(start, start + BATCH);
}

type TargetPage = ResultOf<typeof TARGETS>['campaigns'];

async function readTargets(
  client: Client,
  filter: Filter,
  after: string | null,
): Promise<TargetPage | undefined> {
  const { data, error } = await client.query(TARGETS, { filter, after }).toPromise();
  if (error) throw error;
  return data?.campaigns;
}

/**
 * Campaigns of a filter in batches, newest first: those that are created meanwhile are not among them, and those that
 * no longer match after the change move no others.
 */
export async function* matching(client: Client, filter: Filter): AsyncGenerator<Target[]> {
  let after: string | null = null;
  for (;;) {
    const page = await readTargets(client, filter, after);
    if (!page) return;
    const { nodes, pageInfo } = page;
    if (nodes.length > 0) yield nodes.map(toTarget);
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}

export interface BulkRefusal extends Pick<ResultOf<typeof REFUSAL>, 'code' | 'message'> {
  target: Target;
}

export interface BulkState {
  done: number;
  refused: readonly BulkRefusal[];
}

/**
 * Changes campaigns, one batch after the other.
 * @param onBatch called after each; false ends it
 * @throws CombinedError: what came before is done
 */
export async function changeInBatches(
  client: Client,
  event: BulkEvent,
  batches: Iterable<Target[]> | AsyncIterable<Target[]>,
  onBatch: (state: BulkState) => boolean,
): Promise<void> {
  let state: BulkState = { done: 0, refused: [] };
  for await (const batch of batches) {
    const ids = batch.map(({ id }) => id);
    const { data, error } = await client.mutation(BULK[event].mutation, { ids }).toPromise();
    if (error) throw error;
    const refused = (data?.changed.userErrors ?? []).flatMap(({ field, code, message }) => {
      const target = batch[Number(field?.[1])];
      return target ? [{ target, code, message }] : [];
    });
    state = { done: state.done + batch.length, refused: [...state.refused, ...refused] };
    if (!onBatch(state)) return;
  }
}
