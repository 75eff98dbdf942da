import {
  getOperationAST,
  isInputObjectType,
  isObjectType,
  Kind,
  parse,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { Role } from '../access/identity.js';
import { idExtension } from '../graphql-types/ids.js';
import { exampleGroups, type ExampleOperation } from '../http/example-operations.js';
import type { UserErrorCode } from '../kernel/user-error.js';

export interface ApiOperation {
  kind: 'Query' | 'Mutation' | 'Subscription';
  field: GraphQLField<unknown, unknown>;
  roles: readonly Role[];
  /** Whether it asks for a user, so that viewers may not call it with VIEWER_SEES_PEOPLE=false. */
  isPersonal: boolean;
  /** Codes of its userErrors. */
  refusals: readonly UserErrorCode[];
  /** The first shows the operation as a whole, further ones a single purpose. */
  examples: [ExampleOperation, ...ExampleOperation[]];
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

/** The operation of the API that an example calls. */
function calledBy({ name, query }: ExampleOperation): string {
  const [called] = getOperationAST(parse(query))?.selectionSet.selections ?? [];
  return called?.kind === Kind.FIELD ? called.name.value : name;
}

function findOperation(schema: GraphQLSchema, example: ExampleOperation): ApiOperation {
  const name = calledBy(example);
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
    const isPersonal = field.args.some((argument) => field.extensions[idExtension(argument.name)] === 'user');
    return { kind, field, roles: listRoles(name), isPersonal, refusals: refusals ?? [], examples: [example] };
  }
  throw new Error(`The API has no operation ${name}, of which there is an example.`);
}

/** Every operation of the API with its example, in the order of use. @param schema made by createSchema */
export function listApi(schema: GraphQLSchema): ApiGroup[] {
  const known = new Map<string, ApiOperation>();
  return exampleGroups().map(({ title, operations }) => ({
    title,
    operations: operations.flatMap((example) => {
      const earlier = known.get(calledBy(example));
      earlier?.examples.push(example);
      if (earlier) return [];
      const operation = findOperation(schema, example);
      known.set(operation.field.name, operation);
      return [operation];
    }),
  }));
}

export interface RestrictedField {
  /** Type and field: "TelegramUser.firstName". */
  name: string;
  roles: readonly Role[];
  /** Whether viewers get something else with VIEWER_SEES_PEOPLE=false. */
  isPersonal: boolean;
}

function listFieldRoles(typeName: string, fieldName: string): readonly Role[] {
  const { objectTypes } = getMetadataStorage();
  const type = objectTypes.find(({ name }) => name === typeName);
  const allowed = type?.fields?.find(({ schemaName }) => schemaName === fieldName)?.roles as
    Role[] | undefined;
  return ALL_ROLES.filter((role) => allowed?.includes(role) ?? true);
}

interface Described {
  name: string;
  extensions: Readonly<Record<string, unknown>>;
}

function asksForUser(type: unknown, extensions: Described['extensions']): boolean {
  return isInputObjectType(type) && extensions[idExtension()] === 'user';
}

/** Fields and inputs that not everybody gets who may call the operation, by name. @param schema made by createSchema */
export function listRestrictedFields(schema: GraphQLSchema): RestrictedField[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (roots.includes(type as GraphQLObjectType) || !(isObjectType(type) || isInputObjectType(type)))
      return [];
    const fields = Object.values<Described>(type.getFields());
    return fields
      .map(({ name, extensions }) => ({
        name: `${type.name}.${name}`,
        roles: listFieldRoles(type.name, name),
        isPersonal: extensions.personal !== undefined || asksForUser(type, extensions),
      }))
      .filter(({ roles, isPersonal }) => isPersonal || roles.length < ALL_ROLES.length);
  });
}
