import DataLoader from 'dataloader';

/** Whether values are kept for the rest of the operation: not in a subscription, which lives through changes. */
export interface BatchOptions {
  cache: boolean;
}

/** Without a cache the same key may be asked for many times in one tick. */
function distinct(keys: readonly string[]): string[] {
  return [...new Set(keys)];
}

/** Loads one value a key; all keys asked for in the same tick with one call. */
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

/** Loads a count a key, 0 where none is found. */
export function loadCount(
  find: (keys: readonly string[]) => Promise<Map<string, number>>,
  options: BatchOptions,
): DataLoader<string, number> {
  return new DataLoader(async (keys) => {
    const counts = await find(distinct(keys));
    return keys.map((key) => counts.get(key) ?? 0);
  }, options);
}
