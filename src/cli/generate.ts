import { readFile, writeFile } from 'node:fs/promises';
import { Client } from 'pg';
import { locateDatabase } from '../app/database.js';
import { createLogger } from '../config/logger.js';
import { projectPath } from '../config/paths.js';
import type { Settings } from '../config/settings.js';
import { migrate } from '../database/migrate.js';
import { dumpSchema } from '../database/schema-dump.js';
import { emitSchema } from '../graphql/emit-schema.js';
import { CommandFailure } from './failure.js';

/** Writes what is generated from the code, or holds it against what is committed. */
export async function generateCommand(settings: Settings, checkOnly: boolean): Promise<void> {
  const generated = {
    'schema.graphql': await emitSchema(),
    'database.sql': await dumpFreshDatabase(settings),
  };
  for (const [name, text] of Object.entries(generated)) {
    const file = projectPath('schema', name);
    const committed = await readFile(file, 'utf8').catch(() => '');
    if (committed === text) continue;
    if (checkOnly) throw new CommandFailure(`schema/${name} differs from the code: run "npm run generate".`);
    await writeFile(file, text);
    console.log(`Wrote schema/${name}.`);
  }
}

/** Dumps a database that the migrations have just made, on the configured server or the embedded one. */
async function dumpFreshDatabase(settings: Settings): Promise<string> {
  const location = await locateDatabase(settings, createLogger({ logLevel: 'warn' }));
  const name = `pollcast_generate_${process.pid}`;
  const admin = new Client({ connectionString: location.url });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(location.url);
    url.pathname = `/${name}`;
    await migrate({ url: url.href });
    return await dumpSchema(url.href);
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
    await location.leave();
  }
}
