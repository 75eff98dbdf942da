import { useEffect, useState } from 'react';
import { forget, KEPT_PREFIX } from '../session.js';

/** @returns undefined if nothing was kept that can be read */
function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

export interface Kept<Value> {
  value: Value;
  set: (value: Value) => void;
  /** What it is without what was written. */
  first: Value;
  isChanged: boolean;
  /** What was written is saved elsewhere now. */
  settle: () => void;
}

/**
 * What somebody is writing, kept for this tab until it is saved, so that a reload loses nothing.
 * @param begin what it is at first; one that is marked as new replaces what was kept
 */
export function useKept<Value>(name: string, begin: () => { value: Value; isNew?: boolean }): Kept<Value> {
  const key = KEPT_PREFIX + name;
  const [{ value: first, isNew = false }, setFirst] = useState(begin);
  const [value, set] = useState(() => (isNew ? first : ((read(key) as Value | undefined) ?? first)));
  const isChanged = JSON.stringify(value) !== JSON.stringify(first);
  useEffect(() => {
    if (isNew || isChanged) sessionStorage.setItem(key, JSON.stringify(value));
    else forget(key);
  }, [key, value, isNew, isChanged]);
  return {
    value,
    set,
    first,
    isChanged,
    settle: () => {
      forget(key);
      setFirst({ value });
    },
  };
}
