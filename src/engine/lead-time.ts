const MIN_LEAD_MS = 10;
/** Well below the horizon of the slots. */
const MAX_LEAD_MS = 60;
const DECAY = 0.9;

/**
 * How far ahead of a send its slot is asked for: as long as the claim of a recipient takes in this process, by the slowest
 * of the latest ones. A slot that its claim outlasts is lost.
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
