import type { Logger } from 'pino';

/** The last use is kept to the minute, so that requests do not each write. */
const WRITE_AGAIN_MS = 60_000;

/** Notes when tokens were used last, beside the requests: none waits for it, and none fails by it. */
export class TokenUse {
  private readonly writtenAt = new Map<string, number>();

  constructor(
    private readonly write: (tokenId: string) => Promise<void>,
    private readonly logger: Logger,
  ) {}

  record(tokenId: string): void {
    const now = performance.now();
    if (now - (this.writtenAt.get(tokenId) ?? -Infinity) < WRITE_AGAIN_MS) return;
    this.writtenAt.set(tokenId, now);
    this.write(tokenId).catch((error: unknown) => {
      this.writtenAt.delete(tokenId);
      this.logger.warn({ err: error, tokenId }, 'the last use of a token could not be noted');
    });
  }
}
