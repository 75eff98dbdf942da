interface Waiter {
  condition: () => boolean;
  done: (error?: Error) => void;
}

/** Lets a test wait for what the sandbox will see, without sleeping. */
export class Conditions {
  readonly #waiters = new Set<Waiter>();
  #scheduled = false;

  /** Something changed. Conditions are looked at once for all the changes of a turn. */
  notify(): void {
    if (this.#waiters.size === 0 || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const waiter of this.#waiters) settle(waiter);
    });
  }

  /** @throws Error when the condition does not come true in time, or the sandbox is closed before */
  waitUntil(condition: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiter.done(
          new Error(`The condition did not come true within ${timeoutMs} ms: ${condition.toString()}`),
        );
      }, timeoutMs);
      const waiter: Waiter = {
        condition,
        done: (error) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.#waiters.add(waiter);
      settle(waiter);
    });
  }

  close(): void {
    for (const waiter of this.#waiters) waiter.done(new Error('The sandbox was closed'));
  }
}

function settle(waiter: Waiter): void {
  try {
    if (waiter.condition()) waiter.done();
  } catch (error) {
    waiter.done(error instanceof Error ? error : new Error(String(error)));
  }
}
