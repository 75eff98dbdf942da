/**
 * A stream that keeps only the latest value for a slow reader: newer values replace it, and nothing is queued. An iterator,
 * since a waiting generator cannot be ended from outside.
 */
export class LatestValueStream<T> implements AsyncIterableIterator<T> {
  private value: T | undefined;
  private finished = false;
  private failure: { error: Error } | undefined;
  private wake: ((result: IteratorResult<T> | Promise<IteratorResult<T>>) => void) | undefined;

  /** @param onReturn called once the reader is gone */
  constructor(private readonly onReturn: () => void) {}

  put(value: T): void {
    if (this.finished) return;
    if (this.wake) this.hand({ done: false, value });
    else this.value = value;
  }

  /** Ends the stream after its latest value. */
  finish(): void {
    this.finished = true;
    if (this.wake) this.hand({ done: true, value: undefined });
  }

  /** As finish, but the reader is told why. */
  fail(error: Error): void {
    if (this.finished) return;
    this.finished = true;
    this.failure = { error };
    if (this.wake) this.hand(this.next());
  }

  next(): Promise<IteratorResult<T>> {
    if (this.value !== undefined) {
      const value = this.value;
      this.value = undefined;
      return Promise.resolve({ done: false, value });
    }
    if (this.failure) {
      const { error } = this.failure;
      this.failure = undefined;
      this.onReturn();
      return Promise.reject(error);
    }
    if (this.finished) return this.return();
    return new Promise((resolve) => (this.wake = resolve));
  }

  return(): Promise<IteratorResult<T>> {
    this.value = undefined;
    this.finish();
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private hand(result: IteratorResult<T> | Promise<IteratorResult<T>>): void {
    const wake = this.wake;
    this.wake = undefined;
    wake?.(result);
  }
}
