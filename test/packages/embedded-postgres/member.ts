import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Report {
  event: 'joined' | 'left' | 'failed';
  url?: string;
  started?: boolean;
  name?: string;
  message?: string;
  ms?: number;
}

export interface MemberOptions {
  dataDir: string;
  database?: string;
  parameters?: Record<string, string>;
  overTcp?: boolean;
  /** The built module to join with, for a project in another folder. */
  module?: string;
  /** The processor the process believes to run on. */
  arch?: string;
  /** The account to run as. */
  uid?: number;
}

const builtModule = fileURLToPath(
  new URL('../../../packages/embedded-postgres/dist/index.js', import.meta.url),
);
const fixture = fileURLToPath(new URL('./fixtures/member.mjs', import.meta.url));

/** Another process that joins; it reports what happens to it line by line. */
export class Member {
  private readonly child: ChildProcess;
  private readonly reports: AsyncIterator<string>;
  private readonly exit: Promise<unknown>;

  constructor({ uid, ...options }: MemberOptions) {
    this.child = spawn(process.execPath, [fixture, JSON.stringify({ module: builtModule, ...options })], {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.exit = once(this.child, 'exit');
    if (!this.child.stdout) throw new Error('The process has no output.');
    this.reports = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async report(): Promise<Report> {
    const line = await this.reports.next();
    if (line.done) throw new Error('The process ended without a word.');
    return JSON.parse(line.value) as Report;
  }

  async joined(): Promise<{ url: string; started: boolean }> {
    const { event, url, started, message } = await this.report();
    if (event !== 'joined' || url === undefined) throw new Error(message ?? `The process ${event}.`);
    return { url, started: started === true };
  }

  /** The sentence that joining fails with. */
  async refusal(): Promise<string> {
    const { event, name, message } = await this.report();
    await this.exit;
    return event === 'failed' ? `${name ?? ''}: ${message ?? ''}` : event;
  }

  async leave(): Promise<void> {
    this.child.stdin?.write('leave\n');
    await this.left();
  }

  async terminate(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.left();
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }

  private async left(): Promise<void> {
    const { event } = await this.report();
    if (event !== 'left') throw new Error(`The process ${event} instead of leaving.`);
    // It has to end by itself: nothing of the membership may keep it alive.
    await this.exit;
  }
}
