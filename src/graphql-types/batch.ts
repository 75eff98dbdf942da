import DataLoader from 'dataloader';

/** Whether values are cached for the rest of the operation. Not in subscriptions, which outlive changes. */
export interface BatchOptions {
  cache: boolean;
}

/** Without a cache, one tick may ask for the same key several times. */
function distinct(keys: readonly string[]): string[] {
  return [...new Set(keys)];
}

/** Loads one value per key, with one call for all keys of a tick. */
export function loadOne<V>(
  find: (keys: readonly string[]) => Promise<V[]>,
  keyOf: (value: V) => string,
  options: BatchOptions,
): DataLoader<string, V | null> {
  return new DataLoader(async (keys) => {
    const found = new Map((await find(distinct(keys))).map((value) => [keyOf(value), value]));
    return keys.map((key) => found.get(key) ?? null);
  }, options);
}

/** Loads the list of values that belong to a key. */
export function loadMany<V>(
  find: (keys: readonly string[]) => Promise<V[]>,
  keyOf: (value: V) => string,
  options: BatchOptions,
): DataLoader<string, V[]> {
  return new DataLoader(async (keys) => {
    const lists = new Map<string, V[]>(keys.map((key) => [key, []]));
    for (const value of await find(distinct(keys))) lists.get(keyOf(value))?.push(value);
    return keys.map((key) => lists.get(key) ?? []);
  }, options);
}

/** Loads a count per key, 0 if there is none. */
export function loadCount(
  find: (keys: readonly string[]) => Promise<Map<string, number>>,
  options: BatchOptions,
): DataLoader<string, number> {
  return new DataLoader(async (keys) => {
    const counts = await find(distinct(keys));
    return keys.map((key) => counts.get(key) ?? 0);
  }, options);
}
