/** Keeps a promise among those under way until it is settled. */
export function track(promises: Set<Promise<void>>, promise: Promise<void>): void {
  promises.add(promise);
  void promise.finally(() => promises.delete(promise));
}
