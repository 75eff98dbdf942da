import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isCompositeType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll } from '../support/factories.js';
import { databasePrint } from '../support/mutations.js';
import { overHttp, type Answer } from '../support/requests.js';
import { readSchema } from '../support/schema-calls.js';
import { untyped } from '../support/untyped.js';
import { app } from './app.js';

/** Every argument and every field of an input, each with values that nobody sends in good faith. */

let schema: GraphQLSchema;

const FUTURE = '2999-01-01T00:00:00.000Z';

/** A value that passes, apart from what stands in the database. */
function sample(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return [sample(type.ofType), sample(type.ofType)];
  if (isEnumType(type)) return type.getValue('FAILED')?.value ?? type.getValues()[0]?.value;
  if (isInputObjectType(type)) {
    return Object.fromEntries(
      Object.values(type.getFields()).map((field) => [field.name, sample(field.type)]),
    );
  }
  return { ID: '1', Int: 1, DateTime: FUTURE, Boolean: true }[type.name] ?? 'text';
}

const LONG = 'x'.repeat(5000);
/** One more than the longest list that is allowed: of completions. */
const MANY = 10_001;

/** What a value of a type is replaced by: too long, too large, too small, too many. */
function extremes(type: GraphQLInputType): unknown[] {
  if (isNonNullType(type)) return extremes(type.ofType);
  if (isListType(type)) {
    const item = isInputObjectType(getNamedType(type)) ? { id: '1' } : sample(type.ofType);
    return [Array.from({ length: MANY }, () => item)];
  }
  if (isEnumType(type) || isInputObjectType(type)) return [];
  const byName: Record<string, unknown[]> = {
    ID: [
      '-1',
      '0',
      '1.5',
      '9'.repeat(30),
      LONG,
      "1' OR 1=1",
      'question_99',
      'poll_',
      `poll_${'9'.repeat(30)}`,
    ],
    Int: [-1, -2_147_483_648, 2_147_483_647],
    DateTime: ['0000-01-01T00:00:00.000Z'],
    String: [LONG],
  };
  return byName[type.name] ?? [];
}

type Change = [path: string, value: unknown];

/** Each way to put one extreme value into a value that passes otherwise. */
function changed(type: GraphQLInputType, path: string): Change[] {
  if (isNonNullType(type)) return changed(type.ofType, path);
  const whole = extremes(type).map((value): Change => [path, value]);
  if (isListType(type)) {
    const inner = changed(type.ofType, `${path}[0]`);
    return [...whole, ...inner.map(([at, item]): Change => [at, [item, item]])];
  }
  if (!isInputObjectType(type)) return whole;
  const base = sample(type) as Record<string, unknown>;
  return Object.values(type.getFields()).flatMap((field) =>
    changed(field.type, `${path}.${field.name}`).map(([at, value]): Change => [
      at,
      { ...base, [field.name]: value },
    ]),
  );
}

interface Call {
  name: string;
  path: string;
  query: string;
  variables: Record<string, unknown>;
}

/** A call that passes, as far as its arguments go. */
function plainCall(
  kind: 'query' | 'mutation',
  field: GraphQLField<unknown, unknown>,
): Pick<Call, 'query' | 'variables'> {
  const list = (items: string[]) => (items.length > 0 ? `(${items.join(', ')})` : '');
  const declared = list(field.args.map((arg) => `$${arg.name}: ${arg.type.toString()}`));
  const passed = list(field.args.map((arg) => `${arg.name}: $${arg.name}`));
  const type = getNamedType(field.type);
  const hasUserErrors = isObjectType(type) && 'userErrors' in type.getFields();
  const selection = hasUserErrors
    ? '{ userErrors { code field message } }'
    : isCompositeType(type)
      ? '{ __typename }'
      : '';
  const query = `${kind} ${declared} { result: ${field.name}${passed} ${selection} }`;
  const base = Object.fromEntries(field.args.map((arg) => [arg.name, sample(arg.type)]));
  for (const name of ['after', 'last', 'before']) Reflect.deleteProperty(base, name);
  return { query, variables: base };
}

function callsOf(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): Call[] {
  const { query, variables } = plainCall(kind, field);
  return field.args.flatMap((arg) =>
    changed(arg.type, arg.name).map(([path, value]) => ({
      name: `${field.name}: ${path}`,
      path,
      query,
      variables: { ...variables, ...(arg.name === 'last' && { first: null }), [arg.name]: value },
    })),
  );
}

interface Result {
  result: { userErrors?: { field: string[] | null }[] } | unknown[] | null;
}

const REFUSALS = ['BAD_USER_INPUT', 'NOT_FOUND', 'QUERY_TOO_COSTLY'];

/** Whether an answer refuses what stands at the path. */
function isRefused({ data, errors = [] }: Answer<Result>, path: string): boolean {
  const names = path.replace(/\[(\d+)\]/g, '.$1');
  const list = names.replace(/\.\d+$/, '');
  const result = data?.result;
  const userErrors = (result && 'userErrors' in result ? result.userErrors : undefined) ?? [];
  const fields = userErrors.map(({ field }) => field?.join('.') ?? '');
  if (fields.some((field) => field === list || field.startsWith(names))) return true;
  return errors.length > 0 && errors.every(({ extensions }) => REFUSALS.includes(extensions?.code ?? ''));
}

/** Calls at a time: most of each is spent on the way. */
const AT_ONCE = 8;

function findsNothing({ data }: Answer<Result>): boolean {
  const result = data?.result;
  return result === null || (Array.isArray(result) && result.every((node) => node === null));
}

describe('hostile inputs', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    await createCampaign(app.client(), await createOpenPoll(app.client()));
    schema = await readSchema(app);
  });

  test('an argument that is too long, too large, too small or of too many is refused or finds nothing', async () => {
    const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.values(type?.getFields() ?? {});
    const calls = [
      ...fieldsOf(schema.getQueryType()).flatMap((field) => callsOf('query', field)),
      ...fieldsOf(schema.getMutationType()).flatMap((field) => callsOf('mutation', field)),
    ];
    expect(calls.length).toBeGreaterThan(80);
    for (const field of fieldsOf(schema.getQueryType())) {
      const { query, variables } = plainCall('query', field);
      // What is refused below is refused for the value at the path alone.
      expect((await overHttp(app.url, { query, variables })).errors).toBeUndefined();
    }
    const before = await databasePrint(app);
    const accepted: string[] = [];
    const check = async ({ name, path, query, variables }: Call): Promise<void> => {
      const answer = await overHttp(app.url, { query: untyped<Result>(query), variables });
      if (!isRefused(answer, path) && !findsNothing(answer)) accepted.push(name);
    };
    for (let start = 0; start < calls.length; start += AT_ONCE) {
      await Promise.all(calls.slice(start, start + AT_ONCE).map(check));
    }
    // A filter may name any instant and any group, and what is given often is the same as given once.
    const harmless = [
      ...['auditLog: filter.after', 'auditLog: filter.before'],
      ...['created', 'scheduled', 'started'].flatMap((what) => [
        `campaigns: filter.${what}After`,
        `campaigns: filter.${what}Before`,
      ]),
      'telegramUsers: filter.groups[0]',
      ...['retryDeliveries: reasons', 'retryDeliveries: statuses'],
    ];
    expect(accepted.sort()).toEqual(harmless.sort());
    expect(await databasePrint(app)).toEqual(before);
  });
});
