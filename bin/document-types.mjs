// Writes schema/introspection.d.ts, from which the documents of the dashboard, the command line and the tests have their types,
// and schema/operations.d.ts, which tells TypeScript the text of each file in schema/operations.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { buildSchema, introspectionFromSchema, parse, print } from 'graphql';

const EXTENSION = '.graphql';

async function introspectionTypes(root) {
  const schema = buildSchema(await readFile(join(root, 'schema', 'schema.graphql'), 'utf8'));
  const introspection = minifyIntrospection(introspectionFromSchema(schema));
  return outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true });
}

async function operationTypes(root) {
  const folder = join(root, 'schema', 'operations');
  const files = (await readdir(folder)).filter((file) => file.endsWith(EXTENSION)).sort();
  const lines = files.map(async (file) => {
    const text = print(parse(await readFile(join(folder, file), 'utf8'))).replaceAll(/\s+/g, ' ');
    return `  ${file.slice(0, -EXTENSION.length)}: ${JSON.stringify(text)};\n`;
  });
  return `/** The files of schema/operations without their layout. */
export interface OperationTexts {\n${(await Promise.all(lines)).join('')}}\n`;
}

/** @returns the files that were not as the schema and its operations have them; with `check` nothing is written */
export async function generateDocumentTypes(root, { check }) {
  const contents = {
    'schema/introspection.d.ts': await introspectionTypes(root),
    'schema/operations.d.ts': await operationTypes(root),
  };
  const changed = [];
  for (const [name, text] of Object.entries(contents)) {
    const file = join(root, name);
    if (text === (await readFile(file, 'utf8').catch(() => ''))) continue;
    if (!check) await writeFile(file, text);
    changed.push(name);
  }
  return changed;
}
