import type { Logger } from 'pino';

const INTERVAL_MS = 1000;

export interface FailedDelivery {
  campaignId: string;
  userId: string;
  reason?: string;
}

/** Logs failed deliveries of this process, at most one line per second, since an old list must not fill the log. */
export class FailureLog {
  private nextAt = 0;
  private passedOver = 0;

  constructor(
    private readonly logger: Pick<Logger, 'warn'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  note({ campaignId, userId, reason }: FailedDelivery): void {
    if (this.now() < this.nextAt) {
      this.passedOver += 1;
      return;
    }
    this.nextAt = this.now() + INTERVAL_MS;
    this.logger.warn(
      { campaignId, userId, reason, othersSinceLastLine: this.passedOver },
      'a delivery failed',
    );
    this.passedOver = 0;
  }
}
