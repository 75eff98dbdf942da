import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../support/port.js';
import { followProcess } from '../../support/process.js';
import { overTcp } from '../../support/tcp-proxy.js';
import { waitFor } from '../../support/wait.js';

/** Where PgBouncer is, if it is installed. */
export function findPgBouncer(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file));
}

/** A PgBouncer in front of a database, whose clients need no password. */
export interface Pooler {
  url: string;
  stop(): Promise<void>;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket
      .once('connect', () => {
        resolve(true);
      })
      .once('error', () => {
        resolve(false);
      });
    socket.once('connect', () => socket.destroy());
  });
}

export async function startPooler(
  program: string,
  databaseUrl: string,
  mode: 'transaction' | 'session',
): Promise<Pooler> {
  const { hostname, port: serverPort, username, password, pathname } = overTcp(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-pooler-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const name = pathname.slice(1);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
${name} = host=${hostname} port=${serverPort || 5432} user=${decodeURIComponent(username)} password='${decodeURIComponent(password)}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${mode === 'transaction' ? 8 : 60}
max_client_conn = 200
`,
  );
  // PgBouncer does not run as root.
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, [...account, join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = followProcess(child);
  await waitFor('the pooler to answer', async () => {
    if (child.exitCode !== null) throw new Error(`PgBouncer has ended: ${running.output()}`);
    return answers(port);
  });
  return {
    url: `postgres://${username}@127.0.0.1:${port}/${name}`,
    stop: async () => {
      running.kill('SIGINT');
      running.kill('SIGKILL');
      await running.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
