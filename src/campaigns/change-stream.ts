/**
 * A stream of values by key that keeps only the latest of each key for a slow reader. An iterator, since a waiting generator
 * cannot be ended from outside.
 */
export class ChangeStream<T> implements AsyncIterableIterator<T> {
  private readonly waiting = new Map<string, T>();
  private ending: { error: unknown } | 'over' | undefined;
  private wake: (() => void) | undefined;

  /** @param onReturn called once the reader is gone */
  constructor(private readonly onReturn: () => void) {}

  put(key: string, value: T): void {
    if (this.ending) return;
    // The newest change comes last.
    this.waiting.delete(key);
    this.waiting.set(key, value);
    this.wake?.();
  }

  /** Ends the stream, with an error or after what waits. */
  end(error?: unknown): void {
    this.ending ??= error === undefined ? 'over' : { error };
    this.wake?.();
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      const [first] = this.waiting;
      if (first) {
        this.waiting.delete(first[0]);
        return { done: false, value: first[1] };
      }
      if (this.ending) {
        const { ending } = this;
        this.ending = 'over';
        this.onReturn();
        if (ending === 'over') return { done: true, value: undefined };
        throw ending.error;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }

  return(): Promise<IteratorResult<T>> {
    this.waiting.clear();
    this.ending = 'over';
    this.onReturn();
    this.wake?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
