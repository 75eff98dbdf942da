/** Counts by key, and forgets keys whose count is 0. */
export class KeyCounter {
  private sum = 0;
  private readonly counts = new Map<string, number>();

  get total(): number {
    return this.sum;
  }

  count(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  /** @param amount negative to decrease the count */
  add(key: string, amount = 1): void {
    this.sum += amount;
    const left = this.count(key) + amount;
    if (left > 0) this.counts.set(key, left);
    else this.counts.delete(key);
  }
}
