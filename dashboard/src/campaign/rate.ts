import { WIDTH_MS, type Bucket } from '../parts/bucket.js';
import type { Timeline } from './timeline.js';

/** How many had been sent at a time. */
export interface Sample {
  at: number;
  sent: number;
}

const SHORTEST_STEP_MS = 2000;
/** What the API's own figure of the rate is an average of. */
const WINDOW_MS = 10_000;
/** Older samples are left to the minutes of the timeline, which also a reload brings back. */
const KEPT_MS = 600_000;

/** Adds what an event says; of those that follow each other closely the last one stays. */
export function addSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && next.at <= last.at) return samples;
  const isClose = next.at - (samples.at(-2)?.at ?? -Infinity) < SHORTEST_STEP_MS;
  const before = isClose ? samples.slice(0, -1) : samples;
  return [...before.filter((one) => one === before.at(-1) || one.at >= next.at - KEPT_MS), next];
}

export interface Rates {
  at: string[];
  /** Messages a second since the time before, or over a few seconds. */
  values: number[];
}

/** Messages a second over time: of each bucket of the timeline, and finer since the page is open. */
export function ratesOver(of: Timeline, bucket: Bucket, samples: readonly Sample[]): Rates {
  const readAt = Date.parse(of.finishedAt ?? of.updatedAt);
  const live = bucket === 'MINUTE' ? sinceReading(samples, { at: readAt, sent: of.sentUsers }) : [];
  const liveFrom = live[0]?.at ?? Infinity;
  const points: [at: number, rate: number][] = [];
  function push(at: number, rate: number): void {
    if (at > (points.at(-1)?.[0] ?? -Infinity)) points.push([at, Math.round(rate * 100) / 100]);
  }
  const startedAt = Date.parse(of.startedAt ?? '') || 0;
  for (const { at, sent } of of.timeline) {
    const begin = Math.max(Date.parse(at), startedAt);
    if (sent === 0 || begin >= liveFrom) continue;
    const end = Math.max(begin + 1000, Math.min(Date.parse(at) + WIDTH_MS[bucket], readAt));
    push(begin, 0);
    push(Math.min(end, liveFrom), (sent * 1000) / (end - begin));
  }
  for (const [place, { at }] of live.entries()) push(at, rateAt(live, place));
  return { at: points.map(([at]) => new Date(at).toISOString()), values: points.map(([, rate]) => rate) };
}

/** The first events follow what was read before them. */
function sinceReading(samples: readonly Sample[], read: Sample): readonly Sample[] {
  const [first] = samples;
  return first !== undefined && read.at < first.at ? [read, ...samples] : samples;
}

/** The average of the window that ends with a sample; of a longer time where no other sample is in it. */
function rateAt(samples: readonly Sample[], place: number): number {
  const last = samples[place];
  if (last === undefined) return 0;
  const inWindow = samples.findIndex(({ at }) => at >= last.at - WINDOW_MS);
  const first = samples[inWindow < place ? inWindow : place - 1];
  if (first === undefined) return 0;
  // Of a moment there is no rate.
  return (Math.max(0, last.sent - first.sent) * 1000) / Math.max(SHORTEST_STEP_MS, last.at - first.at);
}
