import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { projectPath } from '../../src/config/paths.js';
import { freePort } from '../support/port.js';
import { followProcess } from '../support/process.js';
import { waitFor } from '../support/wait.js';

/** Where nginx is, if it is installed. */
export function findNginx(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'nginx')).find((file) => existsSync(file));
}

export interface Passage {
  path: string;
  status: number;
  upstream: string | undefined;
}

/** nginx with the configuration of the repository. */
export interface Proxy {
  url: string;
  /** Lines of the access log: what was asked for, and which address of the API answered, if any. */
  passed: () => Passage[];
  stop: () => Promise<void>;
}

function limitTo(connections: number): [string, string] {
  return ['limit_conn addresses 500', `limit_conn addresses ${connections}`];
}

/** The configuration with what only holds inside a container put in other words. */
function render(replacements: [from: string, to: string][]): string {
  let text = readFileSync(projectPath('deploy', 'nginx.conf'), 'utf8');
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`deploy/nginx.conf does not hold "${from}".`);
    text = text.replaceAll(from, to);
  }
  return text;
}

export interface ProxyOptions {
  nameServerPort?: number;
  /** In place of deploy/front-proxy.conf. */
  frontProxy?: string;
  /** Connections that one address may have. */
  maxConnections?: number;
}

/** @param api where the API is, as `name:port`; the name is asked of the name server on the given port */
export async function startProxy(nginx: string, api: string, options: ProxyOptions = {}): Promise<Proxy> {
  const { nameServerPort = 53, frontProxy, maxConnections } = options;
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-proxy-'));
  // Started by root, nginx hands the work to another user.
  await chmod(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  const accessLog = join(folder, 'access.log');
  const frontFile =
    frontProxy === undefined ? projectPath('deploy', 'front-proxy.conf') : join(folder, 'front.conf');
  if (frontProxy !== undefined) await writeFile(frontFile, frontProxy);
  await writeFile(
    file,
    render([
      // Each worker asks the name server for itself: with one, what it knows can be told from its answers.
      ['worker_processes 2', 'worker_processes 1'],
      ['listen 8080', `listen 127.0.0.1:${port}`],
      ['api:4000', api],
      ['bot:4001', api],
      ['resolver 127.0.0.11', `resolver 127.0.0.1:${nameServerPort}`],
      ['/tmp/', `${folder}/`],
      ['/etc/nginx/front-proxy.conf', frontFile],
      ...(maxConnections === undefined ? [] : [limitTo(maxConnections)]),
      ['/dev/stdout', accessLog],
    ]),
  );
  const child = spawn(nginx, ['-p', folder, '-e', 'stderr', '-c', file, '-g', 'daemon off;'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = followProcess(child);
  const url = `http://127.0.0.1:${port}`;
  await waitFor('nginx', () => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${running.output()}`);
    return fetch(`${url}/nothing`).then(
      ({ status }) => status === 404,
      () => false,
    );
  });
  return {
    url,
    passed: () =>
      [...readFileSync(accessLog, 'utf8').matchAll(/^\S+ \w{32} "\w+ (\S+)" (\d+) \d+ [\d.]+ (.+)$/gm)].map(
        ([, path = '', status, upstream]) => ({
          path,
          status: Number(status),
          upstream: upstream === '-' ? undefined : upstream,
        }),
      ),
    stop: async () => {
      running.kill('SIGTERM');
      await running.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
