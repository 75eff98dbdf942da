import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema } from 'graphql';
import { Client } from 'pg';
import { projectPath } from '../config/paths.js';
import type { Settings } from '../config/settings.js';
import { migrateAt } from '../app/data-source.js';
import { dumpSchema } from '../database/schema-dump.js';
import { listApi, listRestrictedFields } from '../app/api-reference.js';
import { listCosts } from '../app/cost-reference.js';
import { createDetachedSchema, emitSchema } from '../app/emit-schema.js';
import { CommandFailure } from './failure.js';
import { apiPage } from './generated/api-page.js';
import { diagrams } from './generated/diagrams.js';
import { errorsPage } from './generated/errors-page.js';
import { envExample, settingsPage } from './generated/settings-docs.js';
import type { Interruption } from './interruption.js';
import { withTemporaryPostgres } from './temporary-postgres.js';

/** Writes what is generated from the code, or holds it against what is committed. */
export async function generateCommand(
  { databaseUrl }: Settings,
  checkOnly: boolean,
  interruption: Interruption,
): Promise<void> {
  const schema = lexicographicSortSchema(await createDetachedSchema());
  const database =
    databaseUrl === undefined
      ? await withTemporaryPostgres(({ url }) => interruption.orElse(dumpFreshDatabase(url)))
      : await dumpFreshDatabase(databaseUrl);
  const generated = {
    'schema/schema.graphql': await emitSchema(),
    'schema/database.sql': database,
    'docs/diagrams.md': diagrams(database),
    'docs/api.md': apiPage(schema, listApi(schema), listRestrictedFields(schema), listCosts(schema)),
    'docs/errors.md': errorsPage(),
    'docs/settings.md': settingsPage(),
    '.env.example': envExample(),
  };
  let differing = 0;
  for (const [name, text] of Object.entries(generated)) {
    const file = projectPath(name);
    const committed = await readFile(file, 'utf8').catch(() => '');
    if (committed === text) continue;
    differing += 1;
    if (!checkOnly) await writeFile(file, text);
    console.log(checkOnly ? `${name} differs from the code.` : `Wrote ${name}.`);
  }
  if (checkOnly && differing > 0)
    throw new CommandFailure('Run "npm run generate" and commit what it writes.');
  if (differing === 0) console.log('The generated files are what the code says.');
}

/** Dumps a database that the migrations have just made, beside the one that the URL names. */
async function dumpFreshDatabase(serverUrl: string): Promise<string> {
  const name = `pollcast_generate_${process.pid}`;
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    await migrateAt(url.href);
    return await dumpSchema(url.href);
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  }
}
