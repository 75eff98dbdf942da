const MIN_LEAD_MS = 10;
/** Limit, well below the horizon of the slots. */
const MAX_LEAD_MS = 60;
const DECAY = 0.9;

/**
 * How long before a send its slot is requested: the slowest of the latest claims in this process. A slot that passes during the
 * claim is lost.
 */
export class LeadTime {
  private slowestMs = MIN_LEAD_MS;

  get ms(): number {
    return this.slowestMs;
  }

  observe(claimMs: number): void {
    const slowestMs = Math.max(claimMs, DECAY * this.slowestMs);
    this.slowestMs = Math.min(MAX_LEAD_MS, Math.max(MIN_LEAD_MS, slowestMs));
  }
}
