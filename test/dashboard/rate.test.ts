import { describe, expect, test } from '@jest/globals';
import { addSample, ratesOver, type Sample } from '../../dashboard/src/campaign/rate.js';

const NOON = Date.parse('2026-05-05T12:00:00.000Z');
const NOTHING = { failed: 0, skipped: 0, unconfirmed: 0, opened: 0, completed: 0 };

function at(seconds: number): string {
  return new Date(NOON + seconds * 1000).toISOString();
}

/** A campaign that began half a minute before noon's second minute, and was read at a time. */
function timelineOf(sent: readonly (readonly [seconds: number, count: number])[], readAt: number) {
  return {
    startedAt: at(30),
    finishedAt: null,
    updatedAt: at(readAt),
    sentUsers: 0,
    failedUsers: 0,
    skippedUsers: 0,
    unconfirmedUsers: 0,
    openedUsers: 0,
    convertedUsers: 0,
    timeline: sent.map(([seconds, count]) => ({ ...NOTHING, at: at(seconds), sent: count })),
  };
}

/** What events told: at which second, how many had been sent, and how fast that was. */
function samplesOf(
  states: readonly (readonly [seconds: number, sent: number, rate: number | null])[],
): readonly Sample[] {
  return states.reduce<readonly Sample[]>(
    (samples, [seconds, sent, rate]) => addSample(samples, { at: NOON + seconds * 1000, sent, rate }),
    [],
  );
}

describe('the rate of a campaign over time', () => {
  test('is that of the time in which it ran, by minutes, with nothing in between', () => {
    const timeline = timelineOf(
      [
        [0, 300],
        [180, 120],
      ],
      190,
    );
    expect(ratesOver(timeline, 'MINUTE', [])).toEqual({
      at: [at(30), at(60), at(180), at(190)],
      values: [0, 10, 0, 12],
    });
    expect(ratesOver(timelineOf([], 190), 'MINUTE', [])).toEqual({ at: [], values: [] });
  });

  test('is finer since the page is open, and an average over a wait and up to the end', () => {
    const samples = samplesOf([
      [70, 500, 11],
      [70.2, 510, 12],
      [75, 600, 13],
      [75.5, 610, 14],
      [275.5, 630, 2],
      [275.5, 999, 99],
      [280.5, 640, null],
    ]);
    expect(ratesOver(timelineOf([[60, 600]], 120), 'MINUTE', samples)).toEqual({
      at: [at(60), at(70), at(70.2), at(75), at(75.5), at(275.5), at(280.5)],
      values: [0, 10, 12, 13, 14, 0.1, 2],
    });
    expect(ratesOver(timelineOf([[60, 50]], 65), 'MINUTE', samples.slice(0, 1))).toEqual({
      at: [at(60), at(65), at(70)],
      values: [0, 10, 11],
    });
    expect(ratesOver(timelineOf([[0, 900]], 930), 'HOUR', samples)).toEqual({
      at: [at(30), at(930)],
      values: [0, 1],
    });
  });

  test('keeps ten minutes of what it was told, about every two seconds', () => {
    const told = Array.from({ length: 8000 }, (_, place) => [place / 4, place, 4] as const);
    const samples = samplesOf(told);
    expect(samples.length).toBeLessThan(360);
    const last = { at: NOON + 1_999_750, sent: 7999, rate: 4 };
    expect(samples.at(-1)).toEqual(last);
    expect(addSample(samples, { ...last, at: NOON + 9_999_750 })).toHaveLength(2);
  });
});
