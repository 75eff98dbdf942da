import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { readConnection } from './connection-file.js';
import { enter } from './enter.js';
import type { EnterOptions } from './enter.js';
import { MemberConnection } from './member-connection.js';
import { findPostmaster } from './postmaster.js';
import { stopServer } from './server.js';

const pauseAfterFailureMs = 1_000;

/** Stays in for as long as the process wants to, also when the server is restarted underneath. */
export class Membership {
  private readonly ending = new AbortController();
  private returning: Promise<void> | undefined;
  private left: Promise<void> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: Omit<EnterOptions, 'onProgress' | 'signal'>,
    private member: MemberConnection | undefined,
  ) {
    this.watch();
  }

  leave(): Promise<void> {
    this.left ??= this.leaveOnce();
    return this.left;
  }

  private watch(): void {
    this.member?.whenBroken(() => {
      this.member = undefined;
      if (!this.ending.signal.aborted) this.returning = this.comeBack();
    });
  }

  /** Never fails: there is nobody to tell, and the queries of the process say themselves what is wrong. */
  private async comeBack(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      try {
        const { member } = await enter(this.cluster, { ...this.options, signal });
        this.member = member;
        this.watch();
        return;
      } catch {
        await sleep(pauseAfterFailureMs, undefined, { ref: false, signal }).catch(() => undefined);
      }
    }
  }

  private async leaveOnce(): Promise<void> {
    this.ending.abort();
    await this.returning;
    const member = this.member ?? (await this.connectAgain());
    if (member === undefined) return;
    try {
      const last = await member.leaveAsLast().catch(() => false);
      if (last) await stopServer(this.cluster);
    } finally {
      await member.close();
    }
  }

  /** With our connection lost we may still be the last one who could stop the server. */
  private async connectAgain(): Promise<MemberConnection | undefined> {
    const address = findPostmaster(this.cluster.folder)?.address;
    if (address === undefined) return undefined;
    try {
      const { password } = await readConnection(this.cluster.folder);
      return await MemberConnection.open(this.cluster, address, password);
    } catch {
      return undefined;
    }
  }
}
