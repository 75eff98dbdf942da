import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, escapeLiteral } from 'pg';
import type * as embedded from '@pollcast/embedded-postgres';
import { publishEnvironment } from './environment.ts';
import { ProgramHosts } from './program-hosts.ts';
import { createScratchFolder } from './scratch-folder.ts';

type Cleanup = () => Promise<void>;
declare global {
  var pollcastTestCleanup: Cleanup | undefined;
}

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const embeddedPostgres = '../../packages/embedded-postgres/dist/index.js';

async function embeddedServer(folder: string): Promise<{ url: string; leave: Cleanup }> {
  const { joinEmbeddedPostgres } = (await import(embeddedPostgres)) as typeof embedded;
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o711 });
  const parameters = { fsync: 'off', full_page_writes: 'off', max_connections: '1000' };
  const server = await joinEmbeddedPostgres({ dataDir, parameters, overTcp: true });
  return { url: server.url, leave: () => server.leave() };
}

/** The password as it is, hashed once instead of 4,096 times: each of the thousands of connections would do so again. */
async function makeSigningInCheap(admin: Client): Promise<void> {
  await admin.query('SET scram_iterations = 1');
  await admin.query(`ALTER ROLE CURRENT_USER PASSWORD ${escapeLiteral(admin.password ?? '')}`);
}

/** As an operator would, and with no setting of this machine. */
async function migrate(url: string, cwd: string): Promise<void> {
  await promisify(execFile)(process.execPath, [program, 'migrate'], {
    cwd,
    env: { DATABASE_URL: url },
  });
}

interface Project {
  globals: { filesOnDisk?: boolean; ownProcessesOnly?: boolean; programsAtOnce?: number };
}

/** A folder for all files, one PostgreSQL (DATABASE_URL or an embedded one), and on it one database migrated once. */
export default async function globalSetup(_: unknown, { globals }: Project): Promise<void> {
  const folder = await createScratchFolder(globals.filesOnDisk);
  process.env.TMPDIR = folder;
  const configured = process.env.DATABASE_URL;
  const server = configured
    ? { url: configured, leave: () => Promise.resolve() }
    : await embeddedServer(folder);
  const templateName = `pollcast_template_${process.pid}`;
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  if (!configured) await makeSigningInCheap(admin);
  await admin.query(`CREATE DATABASE ${templateName}`);
  const url = new URL(server.url);
  url.pathname = `/${templateName}`;
  await migrate(url.href, folder);
  const hosts = globals.ownProcessesOnly
    ? undefined
    : await ProgramHosts.listen(folder, globals.programsAtOnce);
  const hostsPath = hosts?.path;
  publishEnvironment({ adminUrl: server.url, templateName, isDisposable: !configured, hostsPath });
  globalThis.pollcastTestCleanup = async () => {
    hosts?.close();
    await admin.query(`DROP DATABASE IF EXISTS ${templateName} WITH (FORCE)`);
    await admin.end();
    await server.leave();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
