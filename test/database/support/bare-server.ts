import { chmod, chown, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster, type Cluster } from '../../../packages/embedded-postgres/src/cluster.js';
import { readConnection } from '../../../packages/embedded-postgres/src/connection-file.js';
import { runProgram } from '../../../packages/embedded-postgres/src/programs.js';
import { projectPath } from '../../../src/config/paths.js';
import { freePort } from '../../support/port.js';

/** A PostgreSQL as an operator may have set it up: with TLS, on a socket, or as a standby. */
export class BareServer {
  private constructor(
    private readonly dataDir: string,
    private readonly cluster: Cluster,
    readonly port: number,
    readonly password: string,
  ) {}

  /** Made, and not started. */
  static async create(): Promise<BareServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'pg-'));
    await chmod(dataDir, 0o711);
    const cluster = await openCluster({ dataDir, disposable: true });
    const { password } = await readConnection(cluster.folder);
    return new BareServer(dataDir, cluster, await freePort(), password);
  }

  /** The folder of its socket, too. */
  get folder(): string {
    return this.cluster.folder;
  }

  url(host = '127.0.0.1', query = ''): string {
    return `postgres://pollcast:${this.password}@${host}:${this.port}/postgres${query}`;
  }

  /** Puts a file into the cluster, readable by the server alone. */
  async write(name: string, content: string): Promise<void> {
    const { account } = this.cluster.programs;
    const file = join(this.folder, name);
    await writeFile(file, content, { mode: 0o600 });
    if (account) await chown(file, account.uid, account.gid);
  }

  /** With the certificate of the fixtures, which it has signed itself. */
  async useTls(): Promise<string> {
    for (const name of ['server.crt', 'server.key'])
      await this.write(name, await readFile(projectPath('test', 'fixtures', 'tls', name), 'utf8'));
    const authority = join(this.dataDir, 'authority.pem');
    await copyFile(projectPath('test', 'fixtures', 'tls', 'server.crt'), authority);
    return authority;
  }

  async start(...parameters: string[]): Promise<void> {
    const all = [
      `port=${this.port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${this.folder}`,
      'fsync=off',
      ...parameters,
    ];
    const options = all.map((parameter) => `-c '${parameter}'`).join(' ');
    const log = join(this.folder, 'server.log');
    const { code, stderr } = await runProgram(
      this.cluster.programs,
      'pg_ctl',
      ['start', '-D', this.folder, '-l', log, '-w', '-o', options],
      { quiet: true },
    );
    if (code !== 0) throw new Error(`PostgreSQL does not start: ${stderr} ${await readFile(log, 'utf8')}`);
  }

  async stop(): Promise<void> {
    await runProgram(this.cluster.programs, 'pg_ctl', ['stop', '-D', this.folder, '-m', 'fast', '-w']);
  }

  async drop(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
