/**
 * Converts instants of the database to the monotonic clock of this process. Each answer bounds the offset: the database read
 * its clock between request and answer. The offset moves only as far as these bounds require, so the fastest answer counts,
 * slow ones change nothing, and jumps of the clock are followed at once.
 */
export class DatabaseClock {
  private offsetMs = Infinity;

  /** @param databaseMs clock of the database in milliseconds; the others in milliseconds of performance.now */
  observe(askedAt: number, databaseMs: number, answeredAt: number): void {
    this.offsetMs = Math.min(answeredAt - databaseMs, Math.max(askedAt - databaseMs, this.offsetMs));
  }

  /** @returns the instant in milliseconds of performance.now */
  toLocal(databaseMs: number): number {
    return databaseMs + this.offsetMs;
  }
}
