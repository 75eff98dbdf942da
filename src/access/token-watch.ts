import type { Logger } from 'pino';
import { withTimeout } from '../kernel/timeout.js';
import type { Identity } from './identity.js';

/** How often the tokens in use are checked: sockets of a revoked one must close within 5 s. */
const SWEEP_INTERVAL_MS = 2000;
/** Time limit of a check. A slower one waits for a dead connection; the next may get another. */
const LOOK_TIMEOUT_MS = 2000;

/**
 * Closes sockets soon after their token is revoked or expires. One statement checks all tokens in use; without any it does
 * not run.
 */
export class TokenWatch {
  private readonly open = new Map<string, Set<() => void>>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly validAmong: (tokenIds: string[]) => Promise<string[]>,
    private readonly logger: Logger,
  ) {}

  /** @param end called once, when the token is no longer valid @returns a function that stops watching */
  add({ tokenId }: Identity, end: () => void): () => void {
    if (tokenId === null || this.closed) return () => undefined;
    const ends = this.open.get(tokenId) ?? new Set();
    this.open.set(tokenId, ends.add(end));
    this.schedule();
    return () => {
      ends.delete(end);
      if (ends.size === 0 && this.open.get(tokenId) === ends) this.open.delete(tokenId);
    };
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.open.clear();
  }

  private schedule(): void {
    if (this.closed || this.open.size === 0) return;
    this.timer ??= setTimeout(() => void this.sweep(), SWEEP_INTERVAL_MS);
  }

  private async sweep(): Promise<void> {
    await withTimeout(this.look(), LOOK_TIMEOUT_MS);
    this.timer = undefined;
    this.schedule();
  }

  private async look(): Promise<void> {
    try {
      const inUse = [...this.open.keys()];
      const valid = new Set(inUse.length > 0 ? await this.validAmong(inUse) : []);
      for (const tokenId of inUse) if (!valid.has(tokenId)) this.end(tokenId);
    } catch (error) {
      this.logger.warn({ err: error }, 'the tokens in use could not be checked');
    }
  }

  private end(tokenId: string): void {
    const ends = this.open.get(tokenId);
    if (!ends) return;
    this.open.delete(tokenId);
    for (const end of ends) end();
    this.logger.info(
      { tokenId, connections: ends.size },
      'ended the connections of a token that is no longer valid',
    );
  }
}
