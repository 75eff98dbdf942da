import { WIDTH_MS, type Bucket } from '../parts/bucket.js';
import type { Timeline } from './timeline.js';

/** What an event told. */
export interface Sample {
  at: number;
  /** How many had been sent. */
  sent: number;
  /** Messages a second over the last ten seconds; null while it does not run. */
  rate: number | null;
}

const SHORTEST_STEP_MS = 2000;
/** A rate says nothing of longer waits. */
const LONGEST_STEP_MS = 12_000;
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
  const live = bucket === 'MINUTE' ? samples : [];
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

function rateAt(samples: readonly Sample[], place: number): number {
  const [before, here] = [samples[place - 1], samples[place]];
  if (here === undefined) return 0;
  if (before === undefined) return here.rate ?? 0;
  const sinceMs = here.at - before.at;
  if (here.rate !== null && sinceMs <= LONGEST_STEP_MS) return here.rate;
  return (Math.max(0, here.sent - before.sent) * 1000) / Math.max(1000, sinceMs);
}
