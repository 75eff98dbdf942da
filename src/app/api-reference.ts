import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { Role } from '../access/identity.js';
import { exampleGroups, type ExampleOperation } from '../http/example-operations.js';
import type { UserErrorCode } from '../kernel/user-error.js';

export interface ApiOperation {
  kind: 'Query' | 'Mutation' | 'Subscription';
  field: GraphQLField<unknown, unknown>;
  roles: readonly Role[];
  /** Codes of its userErrors. */
  refusals: readonly UserErrorCode[];
  example: ExampleOperation;
}

export interface ApiGroup {
  title: string;
  operations: ApiOperation[];
}

const ALL_ROLES = Object.values(Role);

/** What TypeGraphQL knows of operations, and the schema does not. */
function listRoles(name: string): readonly Role[] {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  const handler = [...queries, ...mutations, ...subscriptions].find(({ schemaName }) => schemaName === name);
  const allowed = handler?.roles as readonly Role[] | undefined;
  return ALL_ROLES.filter((role) => allowed?.includes(role) ?? true);
}

function findOperation(schema: GraphQLSchema, example: ExampleOperation): ApiOperation {
  const { name } = example;
  const roots = {
    Query: schema.getQueryType(),
    Mutation: schema.getMutationType(),
    Subscription: schema.getSubscriptionType(),
  };
  for (const [kind, root] of Object.entries(roots) as [
    ApiOperation['kind'],
    GraphQLObjectType | null | undefined,
  ][]) {
    const field = root?.getFields()[name];
    if (!field) continue;
    const refusals = field.extensions.refusals as readonly UserErrorCode[] | undefined;
    if (kind === 'Mutation' && !refusals) throw new Error(`Mutation ${name} needs its codes: @Refuses.`);
    return { kind, field, roles: listRoles(name), refusals: refusals ?? [], example };
  }
  throw new Error(`The API has no operation ${name}, of which there is an example.`);
}

/** Every operation of the API with its example, in the order of use. @param schema made by createSchema */
export function listApi(schema: GraphQLSchema): ApiGroup[] {
  return exampleGroups().map(({ title, operations }) => ({
    title,
    operations: operations.map((example) => findOperation(schema, example)),
  }));
}
