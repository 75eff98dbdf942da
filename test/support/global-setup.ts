import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
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

/** Nobody else reaches the socket, and proving to know the password is a third of the work of a connection. */
const WHO_MAY_CONNECT = `
local all all trust
host all all 127.0.0.1/32 scram-sha-256
`;

async function embeddedServer(folder: string): Promise<{ url: string; leave: Cleanup }> {
  const { joinEmbeddedPostgres } = (await import(embeddedPostgres)) as typeof embedded;
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o711 });
  const hbaFile = join(folder, 'pg_hba.conf');
  await writeFile(hbaFile, WHO_MAY_CONNECT);
  const parameters = {
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: '1000',
    hba_file: hbaFile,
  };
  const server = await joinEmbeddedPostgres({ dataDir, parameters, overTcp: true });
  return { url: server.url, leave: () => server.leave() };
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
