import { isObjectType, type GraphQLSchema } from 'graphql';
import type { CountCost } from '../graphql-types/cost.js';
import { LIMITS } from '../graphql/limits.js';

export interface CostlyField {
  /** Type and field: "Query.campaignPreview". */
  name: string;
  cost: number;
  /** What is costly is its totalCount, with another filter than these. */
  countUnless?: readonly string[];
}

export interface Costs {
  operation: number;
  subscription: number;
  fields: CostlyField[];
}

/** What operations may cost, and which fields cost more than others. @param schema made by createSchema */
export function listCosts(schema: GraphQLSchema): Costs {
  const fields = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field): CostlyField[] => {
        const { cost, countCost } = field.extensions as { cost?: number; countCost?: CountCost };
        const name = `${type.name}.${field.name}`;
        return [
          ...(cost === undefined ? [] : [{ name, cost }]),
          ...(countCost ? [{ name, cost: countCost.cost, countUnless: countCost.knownBy }] : []),
        ];
      }),
    )
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return { operation: LIMITS.cost, subscription: LIMITS.subscriptionCost, fields };
}
