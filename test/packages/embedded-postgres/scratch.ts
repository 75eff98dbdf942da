import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { waitFor } from '../../support/wait.js';
import { Member } from './member.js';
import type { MemberOptions } from './member.js';

export const isRoot = process.getuid?.() === 0;

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A temporary DATA_DIR, and everything that runs in it. */
export class Scratch {
  private readonly root = mkdtempSync(join(tmpdir(), 'embedded-'));
  private readonly members: Member[] = [];
  readonly dataDir = join(this.root, 'data');
  readonly cluster = join(this.dataDir, 'postgres');

  constructor(mode = 0o711) {
    chmodSync(this.root, mode);
  }

  /** A path beside DATA_DIR. */
  path(name: string): string {
    return join(this.root, name);
  }

  member(options: Partial<MemberOptions> = {}): Member {
    // Losing a process, even the server's, does not lose what it has written: fsync is for losing power.
    const member = new Member({ dataDir: this.dataDir, parameters: { fsync: 'off' }, ...options });
    this.members.push(member);
    return member;
  }

  /** The process of the server, as its file says; undefined when it was stopped in order. */
  postmaster(): number | undefined {
    const path = join(this.cluster, 'postmaster.pid');
    return existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : undefined;
  }

  /** Ends all processes, whatever a test has left them at. */
  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    const pid = this.postmaster();
    if (pid !== undefined && kill(pid, 'SIGQUIT')) {
      await waitFor('the end of the server', () => this.postmaster() === undefined || !kill(pid, 0));
    }
  }

  /** Leaves nothing. */
  async end(): Promise<void> {
    await this.stop();
    // The cluster is elsewhere when the account that PostgreSQL runs as cannot reach the folder.
    if (existsSync(this.cluster)) {
      const folder = realpathSync(this.cluster);
      if (!folder.startsWith(realpathSync(this.root)))
        rmSync(dirname(folder), { recursive: true, force: true });
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** False when there is no such process. */
export function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
