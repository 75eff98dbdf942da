import {
  astFromValue,
  getNamedType,
  isEnumType,
  isInputObjectType,
  print,
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import type { ApiGroup, ApiOperation, RestrictedField } from '../../app/api-reference.js';
import type { Costs } from '../../app/cost-reference.js';
import { costTable } from './cost-table.js';
import { rolesTable } from './roles-table.js';
import { wrap } from './wrap.js';

const INTRODUCTION = `# API

Written by \`npm run generate\` from the schema and the example operations; \`npm run generate -- --check\` compares them.

Queries and mutations go to \`POST /graphql\`, subscriptions to the same path over WebSocket (\`graphql-transport-ws\`). Both
carry a bearer token: as the header \`authorization: Bearer ...\`, or under the same name in the payload of
\`connection_init\`. Every token has a role; the line below the name of an operation lists those that may call it.

What a caller can correct comes as \`userErrors\` of the payload, with one of the codes that the operation lists. Everything
else is an error of the request, with a code of [errors.md](errors.md#errors-of-a-request).

[schema/schema.graphql](../schema/schema.graphql) has all types, and [schema/operations](../schema/operations) the examples as
files.
`;

type Argument = Pick<GraphQLInputField, 'name' | 'description' | 'type' | 'defaultValue'>;

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function showDefault({ defaultValue, type }: Argument): string {
  const value = defaultValue === undefined ? undefined : astFromValue(defaultValue, type);
  return value ? `\`${print(value)}\`` : '';
}

function tabulate(heading: string, arguments_: readonly Argument[]): string {
  const rows = arguments_.map((argument) => {
    const cells = [
      `\`${argument.name}\``,
      typeLink(argument.type),
      showDefault(argument),
      argument.description ?? '',
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return `| ${heading} | Type | Default | Meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function typeLink(type: GraphQLInputType): string {
  const named = getNamedType(type);
  const isBelow = isInputObjectType(named) || isEnumType(named);
  return isBelow ? `[\`${String(type)}\`](#${named.name.toLowerCase()})` : `\`${String(type)}\``;
}

function showExample({ query, variables }: ApiOperation['examples'][number]): string {
  const given = variables.trim() === '{}' ? '' : `\n\`\`\`json\n${variables.trim()}\n\`\`\`\n`;
  return `\`\`\`graphql\n${query.trim()}\n\`\`\`\n${given}`;
}

function showOperation({ kind, field, roles, refusals, examples }: ApiOperation): string {
  const refusal =
    refusals.length > 0 ? `User errors: ${refusals.map((code) => `\`${code}\``).join(', ')}\n` : '';
  return [
    `### ${field.name}\n`,
    `${kind} · ${roles.join(', ')} · returns \`${String(field.type)}\`\n`,
    `${wrap(field.description ?? '')}\n`,
    ...(field.args.length > 0 ? [tabulate('Argument', field.args)] : []),
    ...(refusal === '' ? [] : [refusal]),
    ...examples.map(showExample),
  ].join('\n');
}

/** The input types and enums that arguments lead to, by name. */
function collectInputs(groups: readonly ApiGroup[]): (GraphQLInputObjectType | GraphQLEnumType)[] {
  const found = new Map<string, GraphQLInputObjectType | GraphQLEnumType>();
  const visit = (type: GraphQLInputType) => {
    const named = getNamedType(type);
    if (found.has(named.name) || !(isInputObjectType(named) || isEnumType(named))) return;
    found.set(named.name, named);
    if (isInputObjectType(named)) for (const field of Object.values(named.getFields())) visit(field.type);
  };
  for (const { operations } of groups)
    for (const { field } of operations) for (const argument of field.args) visit(argument.type);
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function showEnum(type: GraphQLEnumType): string {
  const rows = type
    .getValues()
    .map(({ name, description }) => `| \`${name}\` | ${cell(description ?? '')} |`);
  return `| Value | Meaning |\n| --- | --- |\n${rows.join('\n')}\n`;
}

function showInput(type: GraphQLInputObjectType | GraphQLEnumType): string {
  const body = isEnumType(type) ? showEnum(type) : tabulate('Field', Object.values(type.getFields()));
  return `### ${type.name}\n\n${wrap(type.description ?? '')}\n\n${body}`;
}

/** docs/api.md: every operation of the API, in the order of use. */
export function apiPage(
  schema: GraphQLSchema,
  groups: readonly ApiGroup[],
  fields: readonly RestrictedField[],
  costs: Costs,
): string {
  const codes = schema.getType('UserErrorCode');
  if (!isEnumType(codes)) throw new Error('The schema has no UserErrorCode.');
  return [
    INTRODUCTION,
    rolesTable(groups, fields),
    costTable(costs),
    ...groups.flatMap(({ title, operations }) => [`## ${title}\n`, ...operations.map(showOperation)]),
    `## User errors\n\n${showEnum(codes)}`,
    '## Inputs\n',
    ...collectInputs(groups).map(showInput),
  ].join('\n');
}
