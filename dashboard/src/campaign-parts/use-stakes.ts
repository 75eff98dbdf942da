import { useEffect, useState } from 'react';
import { useClient, type Client, type CombinedError } from 'urql';
import type { Fresh } from '../api.js';
import { useConnection } from '../connection.js';
import { graphql, type ResultOf, type VariablesOf } from '../graphql.js';
import type { Status } from '../parts/status.js';

/** What the API tells of at a time. */
const PAGE_LENGTH = 100;
/** Of more campaigns than these pages hold, the largest ones are counted. */
const MOST_PAGES = 10;

const STAKE = graphql(`
  fragment Stake on NotificationCampaign {
    status
    pendingUsers
    startedAt
  }
`);

const STAKES_OF_MATCHING = graphql(
  `
    query StakesOfMatching($filter: CampaignFilter, $first: Int, $after: String, $isFirst: Boolean!) {
      campaigns(filter: $filter, orderBy: TOTAL_USERS_DESC, first: $first, after: $after) {
        totalCount @include(if: $isFirst)
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...Stake
        }
      }
    }
  `,
  [STAKE],
);

const STAKES_OF_CHOSEN = graphql(
  `
    query StakesOfChosen($ids: [ID!]!) {
      nodes(ids: $ids) {
        ... on NotificationCampaign {
          ...Stake
        }
      }
    }
  `,
  [STAKE],
);

type Stake = ResultOf<typeof STAKE>;
type Variables = VariablesOf<typeof STAKES_OF_MATCHING>;
type Filter = NonNullable<Variables['filter']>;

/** Which campaigns are to be changed: those of a filter, or chosen ones as far as their status allows it. */
export type Scope = { filter: Filter } | { ids: readonly string[]; from: readonly Status[] };

/** What a change of several campaigns is about. */
export interface Stakes {
  campaigns: number;
  /** Reminders that are still to be sent. */
  pending: number;
  /** Campaigns of which nobody knows yet whom they would remind. */
  unstarted: number;
  /** Whether there are campaigns that were not looked at. */
  isPartial: boolean;
}

function add({ pending, unstarted, ...rest }: Stakes, stakes: readonly Stake[]): Stakes {
  return {
    ...rest,
    pending: stakes.reduce((sum, { pendingUsers }) => sum + pendingUsers, pending),
    unstarted: unstarted + stakes.filter(({ startedAt }) => startedAt === null).length,
  };
}

async function readPage(
  client: Client,
  variables: Variables,
): Promise<ResultOf<typeof STAKES_OF_MATCHING>['campaigns'] | undefined> {
  const { data, error } = await client.query(STAKES_OF_MATCHING, variables).toPromise();
  if (error) throw error;
  return data?.campaigns;
}

async function readMatching(client: Client, filter: Filter): Promise<Stakes> {
  let stakes: Stakes = { campaigns: 0, pending: 0, unstarted: 0, isPartial: true };
  let after: string | null = null;
  for (let number = 0; number < MOST_PAGES && stakes.isPartial; number += 1) {
    const page = await readPage(client, { filter, first: PAGE_LENGTH, after, isFirst: number === 0 });
    if (!page) break;
    stakes = {
      ...add(stakes, page.nodes),
      campaigns: page.totalCount ?? stakes.campaigns,
      isPartial: page.pageInfo.hasNextPage,
    };
    after = page.pageInfo.endCursor;
  }
  return stakes;
}

async function readChosen(client: Client, ids: readonly string[], from: readonly Status[]): Promise<Stakes> {
  let stakes: Stakes = { campaigns: ids.length, pending: 0, unstarted: 0, isPartial: false };
  for (let start = 0; start < ids.length; start += PAGE_LENGTH) {
    const variables = { ids: ids.slice(start, start + PAGE_LENGTH) };
    const { data, error } = await client.query(STAKES_OF_CHOSEN, variables).toPromise();
    if (error) throw error;
    const found = data?.nodes.flatMap((node) => (node && 'status' in node ? [node] : [])) ?? [];
    stakes = add(
      stakes,
      found.filter(({ status }) => from.includes(status)),
    );
  }
  return stakes;
}

/** Counts what a change of campaigns is about, as they are now. */
export function useStakes(of: Scope): Fresh<Stakes> {
  const client = useClient();
  const { generation } = useConnection();
  const [attempt, setAttempt] = useState(0);
  const [{ data, error }, setRead] = useState<{ data?: Stakes; error?: CombinedError }>({});
  const key = JSON.stringify(of);
  useEffect(() => {
    let isOver = false;
    const scope = JSON.parse(key) as Scope;
    const reading =
      'filter' in scope ? readMatching(client, scope.filter) : readChosen(client, scope.ids, scope.from);
    reading.then(
      (stakes) => {
        if (!isOver) setRead({ data: stakes });
      },
      (reason: unknown) => {
        if (!isOver) setRead({ error: reason as CombinedError });
      },
    );
    return () => {
      isOver = true;
    };
  }, [client, key, attempt, generation]);
  function again(): void {
    setAttempt((before) => before + 1);
  }
  return { data, error, loading: data === undefined && error === undefined, reread: again, refetch: again };
}
