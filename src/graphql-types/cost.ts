import { Extensions } from 'type-graphql';

/** What `totalCount` of a connection adds to the cost of an operation. */
export interface CountCost {
  cost: number;
  /** Filters by which the length is known without reading the list. */
  knownBy: readonly string[];
}

/** Stands beside a field whose statement reads very many rows: what it adds to the cost of an operation. */
export function Cost(cost: number): ReturnType<typeof Extensions> {
  return Extensions({ cost });
}

/** Stands beside a connection to a large table, whose length has to be counted when another filter than `knownBy` is given. */
export function FilteredCountCost(cost: number, ...knownBy: string[]): ReturnType<typeof Extensions> {
  return Extensions({ countCost: { cost, knownBy } satisfies CountCost });
}
