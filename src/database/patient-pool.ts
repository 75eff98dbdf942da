import { callbackify } from 'node:util';
import { Pool, type PoolClient, type PoolConfig } from 'pg';

/** Most statements end before this, and before another connection could have been opened. */
const PATIENCE_MS = 25;
/** At most, while another connection is being opened. */
const OPENING_PATIENCE_MS = 250;

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (destroy?: Error | boolean) => void,
) => void;

/**
 * A pool that opens another connection only when the busy ones stay busy, and one at a time. What runs a few short statements
 * at once, as a process does when it starts, takes one connection instead of one for each.
 */
export class PatientPool extends Pool {
  /** In the order of their calls. */
  private readonly waiting = new Set<() => void>();
  private opening = 0;

  constructor(config: PoolConfig) {
    super(config);
    this.on('release', () => {
      const [first] = this.waiting;
      first?.();
    });
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    if (!callback) return this.connectInTurn();
    callbackify(() => this.connectInTurn())((error: Error | null, client?: PoolClient) => {
      callback(error ?? undefined, client, (destroy) => client?.release(destroy));
    });
  }

  private async connectInTurn(): Promise<PoolClient> {
    const since = performance.now();
    for (let leftMs = this.patienceMs(); leftMs > 0; leftMs = this.patienceMs() - (performance.now() - since))
      await this.nextChange(leftMs);
    if (this.hasIdle() || this.isFull()) return super.connect();
    return this.open();
  }

  private async open(): Promise<PoolClient> {
    this.opening += 1;
    try {
      return await super.connect();
    } finally {
      this.opening -= 1;
      for (const proceed of this.waiting) proceed();
    }
  }

  /** How long to wait before another connection may be opened; 0 where there is nothing to wait for. */
  private patienceMs(): number {
    if (this.totalCount === 0 || this.ending || this.hasIdle() || this.isFull()) return 0;
    return this.opening > 0 ? OPENING_PATIENCE_MS : PATIENCE_MS;
  }

  private hasIdle(): boolean {
    return this.idleCount > this.waitingCount;
  }

  /** Then the pool itself has others wait. */
  private isFull(): boolean {
    return this.totalCount >= this.options.max;
  }

  /** Resolves when a connection was opened or given back, or the time is up. */
  private nextChange(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const proceed = () => {
        clearTimeout(timer);
        this.waiting.delete(proceed);
        resolve();
      };
      const timer = setTimeout(proceed, ms);
      this.waiting.add(proceed);
    });
  }
}
