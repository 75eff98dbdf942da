import {
  buildClientSchema,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import type { ApiDocument } from '../../src/cli/graphql.js';
import type { TestApp } from './app.js';
import { overHttp, type Operation } from './requests.js';

export type Kind = 'query' | 'mutation' | 'subscription';

/** Something that the API can be asked for, and a call of it with the least arguments that the schema takes. */
export interface SchemaOperation {
  kind: Kind;
  name: string;
  call: Operation;
}

/** The least value that a type takes; every id is 1. */
function sample(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (!isInputObjectType(type)) return type.name === 'Boolean' || (type.name === 'ID' ? '1' : 'text');
  const required = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
  return Object.fromEntries(required.map((field) => [field.name, sample(field.type)]));
}

function callOf(kind: Kind, { name, args }: GraphQLField<unknown, unknown>): Operation {
  const required = args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
  const list = (lines: string[]) => (lines.length > 0 ? `(${lines.join(', ')})` : '');
  const declared = list(required.map((arg) => `$${arg.name}: ${arg.type.toString()}`));
  const passed = list(required.map((arg) => `${arg.name}: $${arg.name}`));
  return {
    query: `${kind} ${declared} { ${name}${passed} { __typename } }`,
    variables: Object.fromEntries(required.map((arg) => [arg.name, sample(arg.type)])),
  };
}

/** The schema, as its introspection tells it. */
export async function readSchema(app: TestApp): Promise<GraphQLSchema> {
  const query = getIntrospectionQuery() as ApiDocument<IntrospectionQuery, object>;
  const { data } = await overHttp(app.url, { query });
  if (!data) throw new Error('The schema cannot be read.');
  return buildClientSchema(data);
}

/** Every operation of the schema. */
export async function operationsOf(app: TestApp): Promise<SchemaOperation[]> {
  const schema = await readSchema(app);
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return (Object.keys(roots) as Kind[]).flatMap((kind) =>
    Object.values(roots[kind]?.getFields() ?? {}).map((field) => ({
      kind,
      name: field.name,
      call: callOf(kind, field),
    })),
  );
}
