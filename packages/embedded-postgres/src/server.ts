import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { readConnection, writeConnection } from './connection-file.js';
import { EmbeddedPostgresError, unless } from './errors.js';
import { LOOPBACK, socketFolder } from './address.js';
import { chooseFreePort, isFree } from './port.js';
import { findPostmaster } from './postmaster.js';
import { runProgram } from './programs.js';

/** Settings of the server, by their names in postgresql.conf. */
export type Parameters = Record<string, string>;

const largestLog = 5_000_000;
const fastStopMs = 10_000;

/** Another process was quicker, or what a crashed server left is about to go: look again, and try again. */
const passing =
  /lock file|still in use|already in use|could not bind|could not create any TCP|shutdown request/;

/** "again": it is worth another look, since others are at work. An error is answered for the caller to judge. */
export async function startServer(
  cluster: Cluster,
  { parameters, overTcp = false }: { parameters: Parameters; overTcp?: boolean },
): Promise<'started' | 'again' | EmbeddedPostgresError> {
  const { folder, programs } = cluster;
  const connection = await readConnection(folder);
  const socket = socketFolder(folder);
  const listens = overTcp || socket === undefined;
  // The number of a socket is a part of its name.
  const keepsPort = !listens || (await isFree(connection.port));
  const port = keepsPort ? connection.port : await chooseFreePort();
  const listening = {
    listen_addresses: listens ? LOOPBACK : '',
    unix_socket_directories: socket ?? '',
    port: String(port),
  };
  const log = join(folder, 'server.log');
  const begin = await rotate(log);
  const { code, stderr } = await runProgram(
    programs,
    'pg_ctl',
    ['start', '-D', folder, '-l', log, '-w', '-o', serverOptions({ ...parameters, ...listening })],
    { quiet: true },
  );
  if (code === 0) {
    if (port !== connection.port) await writeConnection(folder, { ...connection, port });
    return 'started';
  }
  const complaints = (await readFrom(log, begin)) + stderr;
  // Still alive after pg_ctl has given up waiting: it is recovering from a crash.
  if (passing.test(complaints) || findPostmaster(folder) !== undefined) return 'again';
  const reason = /(?:FATAL|PANIC|ERROR): *(.+)/.exec(complaints)?.[1] ?? 'it does not say why';
  return new EmbeddedPostgresError(
    `PostgreSQL does not start (${reason}): see ${log}, or set DATABASE_URL to another server.`,
  );
}

/** Ends all connections and waits for the server to be down. */
export async function stopServer({ folder, programs }: Cluster): Promise<void> {
  const postmaster = findPostmaster(folder);
  // pg_ctl does not wait: it would wait for a new server too, which somebody starts right after.
  const isDown = (): boolean => findPostmaster(folder)?.pid !== postmaster?.pid;
  for (const mode of ['fast', 'immediate']) {
    const deadline = Date.now() + fastStopMs;
    if (isDown() || postmaster === undefined) return;
    await runProgram(programs, 'pg_ctl', ['stop', '-D', folder, '-m', mode, '-W']);
    while (!isDown() && Date.now() < deadline) await sleep(10);
  }
  if (!isDown())
    throw new EmbeddedPostgresError(`PostgreSQL does not stop: see ${join(folder, 'server.log')}.`);
}

function serverOptions(parameters: Parameters): string {
  const settings: Parameters = {
    max_connections: '200',
    timezone: 'UTC',
    ...parameters,
    unix_socket_permissions: '0700',
  };
  const quote = process.platform === 'win32' ? '"' : "'";
  return Object.entries(settings)
    .map(([name, value]) => {
      // pg_ctl gives this to a shell.
      if (!/^[\w.]+$/.test(name) || /['"\\`$%\n]/.test(value)) {
        throw new EmbeddedPostgresError(`The setting ${name} of PostgreSQL may hold no quotes or "$".`);
      }
      return `-c ${quote}${name}=${value}${quote}`;
    })
    .join(' ');
}

/** Keeps the log and the one before it, and answers where the next line will be written. */
async function rotate(log: string): Promise<number> {
  const size = (await unless(['ENOENT'], stat(log)))?.size ?? 0;
  if (size < largestLog) return size;
  await unless(['ENOENT'], rename(log, `${log}.1`));
  return 0;
}

async function readFrom(log: string, begin: number): Promise<string> {
  const file = await unless(['ENOENT'], open(log));
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(20_000), position: begin });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
