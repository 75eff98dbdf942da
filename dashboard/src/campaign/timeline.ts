import type { ResultOf } from '../graphql.js';
import { WIDTH_MS, type Bucket } from '../parts/bucket.js';
import type { TIMELINE } from './queries.js';

export type Timeline = NonNullable<ResultOf<typeof TIMELINE>['campaign']>;
type Point = Timeline['timeline'][number];
type Kind = Exclude<keyof Point, 'at'>;

const TOTAL_OF: Readonly<
  Record<Kind, Exclude<keyof Timeline, 'timeline' | 'startedAt' | 'finishedAt' | 'updatedAt'>>
> = {
  sent: 'sentUsers',
  failed: 'failedUsers',
  skipped: 'skippedUsers',
  unconfirmed: 'unconfirmedUsers',
  opened: 'openedUsers',
  completed: 'convertedUsers',
};

export interface Sums<Key extends Kind> {
  at: string[];
  values: Record<Key, number[]>;
}

/**
 * How many there were of each kind up to a time. Buckets without any are not in the timeline, so the time before a
 * bucket has a value of its own; so has what is older than the oldest bucket.
 */
export function sumUp<Key extends Kind>(of: Timeline, bucket: Bucket, kinds: readonly Key[]): Sums<Key> {
  const points = of.timeline.filter((point) => kinds.some((kind) => point[kind] > 0));
  const first = points[0];
  if (first === undefined) return { at: [], values: emptyOf(kinds) };
  const now = Date.parse(of.updatedAt);
  const times: number[] = [];
  const values = emptyOf(kinds);
  const sums = new Map(kinds.map((kind) => [kind, 0]));
  function push(time: number): void {
    times.push(Math.max(time, (times.at(-1) ?? 0) + 1));
    for (const kind of kinds) values[kind].push(sums.get(kind) ?? 0);
  }
  const startedAt = Date.parse(of.startedAt ?? first.at);
  push(startedAt);
  for (const kind of kinds) {
    const inBuckets = points.reduce((sum, point) => sum + point[kind], 0);
    sums.set(kind, Math.max(0, of[TOTAL_OF[kind]] - inBuckets));
  }
  for (const point of points) {
    const begin = Math.max(Date.parse(point.at), startedAt);
    if (begin > (times.at(-1) ?? 0)) push(begin);
    for (const kind of kinds) sums.set(kind, (sums.get(kind) ?? 0) + point[kind]);
    push(Math.min(Date.parse(point.at) + WIDTH_MS[bucket], now));
  }
  return { at: times.map((time) => new Date(time).toISOString()), values };
}

function emptyOf<Key extends Kind>(kinds: readonly Key[]): Record<Key, number[]> {
  return Object.fromEntries(kinds.map((kind) => [kind, [] as number[]])) as unknown as Record<Key, number[]>;
}
