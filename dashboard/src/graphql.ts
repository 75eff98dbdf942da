import { initGraphQLTada } from 'gql.tada';
import type { introspection } from '../../schema/introspection.d.ts';

/** Documents of the API, whose results and variables are typed by the schema. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string };
  disableMasking: true;
}>();

export type { ResultOf, VariablesOf } from 'gql.tada';
