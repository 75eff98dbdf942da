/**
 * Tells instants of the database by the monotonic clock of this process. An answer bounds the offset between the two: the
 * database read its clock after it was asked and before the answer came. The offset moves only as far as that demands, so
 * the fastest answer counts, slow ones change nothing, and a clock that jumps is followed at once.
 */
export class DatabaseClock {
  private offsetMs = Infinity;

  /** @param databaseMs as the database read it; all of them in milliseconds, the others of performance.now */
  observe(askedAt: number, databaseMs: number, answeredAt: number): void {
    this.offsetMs = Math.min(answeredAt - databaseMs, Math.max(askedAt - databaseMs, this.offsetMs));
  }

  /** @returns the instant in milliseconds of performance.now */
  toLocal(databaseMs: number): number {
    return databaseMs + this.offsetMs;
  }
}
