import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type * as embedded from '@pollcast/embedded-postgres';
import { publishEnvironment } from './environment.ts';

type Cleanup = () => Promise<void>;
declare global {
  var pollcastTestCleanup: Cleanup | undefined;
}

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const embeddedPostgres = '../../packages/embedded-postgres/dist/index.js';

async function embeddedServer(): Promise<{ url: string; leave: Cleanup }> {
  const { joinEmbeddedPostgres } = (await import(embeddedPostgres)) as typeof embedded;
  const dataDir = await mkdtemp(join(tmpdir(), 'pollcast-test-'));
  await chmod(dataDir, 0o711);
  const parameters = { fsync: 'off', full_page_writes: 'off', max_connections: '1000' };
  const server = await joinEmbeddedPostgres({ dataDir, parameters, overTcp: true });
  return {
    url: server.url,
    leave: async () => {
      await server.leave();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** As an operator would, and with no setting of this machine. */
async function migrate(url: string): Promise<void> {
  await promisify(execFile)(process.execPath, [program, 'migrate'], {
    cwd: tmpdir(),
    env: { DATABASE_URL: url },
  });
}

/** One PostgreSQL for the whole run (DATABASE_URL or an embedded one), and on it one database migrated once. */
export default async function globalSetup(): Promise<void> {
  const configured = process.env.DATABASE_URL;
  const server = configured ? { url: configured, leave: () => Promise.resolve() } : await embeddedServer();
  const templateName = `pollcast_template_${process.pid}`;
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${templateName}`);
  const url = new URL(server.url);
  url.pathname = `/${templateName}`;
  await migrate(url.href);
  publishEnvironment({ adminUrl: server.url, templateName });
  globalThis.pollcastTestCleanup = async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${templateName} WITH (FORCE)`);
    await admin.end();
    await server.leave();
  };
}
