import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, getOperationAST, Kind, parse, validate } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { describe, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { EXAMPLE_GROUPS, exampleGroups } from '../../src/http/example-operations.js';

const schema = buildSchema(readFileSync(projectPath('schema', 'schema.graphql'), 'utf8'));
const examples = exampleGroups().flatMap(({ operations }) => operations);

describe('the example operations', () => {
  test('are all in a group, once', () => {
    const files = readdirSync(projectPath('schema', 'operations')).filter((file) =>
      file.endsWith('.graphql'),
    );
    const names = files.map((file) => file.replace('.graphql', '')).sort();
    expect(Object.values(EXAMPLE_GROUPS).flat().sort()).toEqual(names);
  });

  test('use every operation of the API', () => {
    const used = examples.flatMap(({ query }) => {
      const selections = getOperationAST(parse(query))?.selectionSet.selections ?? [];
      return selections.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []));
    });
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((type) => Object.keys(type?.getFields() ?? {}));
    expect(fields.filter((field) => !used.includes(field))).toEqual([]);
  });

  test.each(examples.map((example) => [example.name, example] as const))(
    '%s is valid with its variables, and begins with what it is for',
    (_name, { query, variables }) => {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      const definitions = getOperationAST(document)?.variableDefinitions ?? [];
      const { errors } = getVariableValues(
        schema,
        definitions,
        JSON.parse(variables) as Record<string, unknown>,
      );
      expect(errors ?? []).toEqual([]);
      expect(query).toMatch(/^# .+\.\n/);
    },
  );
});
