import type { Logger } from 'pino';
import { Cached, TimeoutError } from './cached.js';

/** A condition for the process to be useful. */
export interface Check {
  name: string;
  /** Resolves if the condition holds. */
  run: () => Promise<void>;
}

export type CheckResult = 'ok' | 'failed' | 'timeout';

export interface ReadinessReport {
  status: 'ready' | 'not ready' | 'stopping';
  checks: Record<string, CheckResult>;
}

/** How long a result is reused, since several load balancers probe several times a second. */
const KEEP_MS = 2000;
const TIMEOUT_MS = 2000;

/** Whether this process should get requests and work. The reasons go to the log only, once each. */
export class Readiness {
  private readonly checks: readonly { name: string; result: Cached<void>; failing: boolean }[];
  private stopping = false;

  constructor(
    checks: readonly Check[],
    private readonly logger: Logger,
  ) {
    this.checks = checks.map(({ name, run }) => ({
      name,
      result: new Cached(run, { keepMs: KEEP_MS, timeoutMs: TIMEOUT_MS }),
      failing: false,
    }));
  }

  /** Marks the process as not ready from now on. */
  stop(): void {
    this.stopping = true;
  }

  async report(): Promise<ReadinessReport> {
    const results = await Promise.all(
      this.checks.map(async (check) => [check.name, await this.resultOf(check)] as const),
    );
    const isReady = results.every(([, result]) => result === 'ok');
    const status = this.stopping ? 'stopping' : isReady ? 'ready' : 'not ready';
    return { status, checks: Object.fromEntries(results) };
  }

  private async resultOf(check: Readiness['checks'][number]): Promise<CheckResult> {
    try {
      await check.result.get();
      if (check.failing) this.logger.info({ check: check.name }, 'a readiness check passes again');
      check.failing = false;
      return 'ok';
    } catch (error) {
      if (!check.failing) this.logger.warn({ err: error, check: check.name }, 'a readiness check fails');
      check.failing = true;
      return error instanceof TimeoutError ? 'timeout' : 'failed';
    }
  }
}
