// Writes dashboard/src/graphql-env.d.ts, from which the documents of the dashboard have their types.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';

/** @returns whether the file was as the schema has it; with `check` nothing is written */
export async function generateDashboardTypes(root, { check }) {
  const file = join(root, 'dashboard', 'src', 'graphql-env.d.ts');
  const schema = buildSchema(await readFile(join(root, 'schema', 'schema.graphql'), 'utf8'));
  const introspection = minifyIntrospection(introspectionFromSchema(schema));
  const text = outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
  if (text === (await readFile(file, 'utf8').catch(() => ''))) return true;
  if (!check) await writeFile(file, text);
  return false;
}
