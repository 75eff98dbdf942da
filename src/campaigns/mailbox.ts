/**
 * Holds the newest value for one slow reader: a value that was not taken in time is replaced, never queued. Written
 * as an iterator, since a generator that waits inside cannot be ended from outside.
 */
export class Mailbox<T> implements AsyncIterableIterator<T> {
  private value: T | undefined;
  private finished = false;
  private wake: ((result: IteratorResult<T>) => void) | undefined;

  /** @param onReturn called once the reader has gone */
  constructor(private readonly onReturn: () => void) {}

  put(value: T): void {
    if (this.finished) return;
    if (this.wake) this.hand({ done: false, value });
    else this.value = value;
  }

  /** No value comes after the one that was put last. */
  finish(): void {
    this.finished = true;
    if (this.wake) this.hand({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.value !== undefined) {
      const value = this.value;
      this.value = undefined;
      return Promise.resolve({ done: false, value });
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

  private hand(result: IteratorResult<T>): void {
    const wake = this.wake;
    this.wake = undefined;
    wake?.(result);
  }
}
