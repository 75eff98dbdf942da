import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { attack, latencies, startAttackedApi } from '../faults/support/attack.js';
import type { TestApp } from '../support/app.js';

/** The 99th percentile of a normal client under attack, in terms of that without one. */
const MAX_RATIO = 3;
const UNLOADED_SAMPLES = 800;
/** Until then the process has not compiled its code, which would flatter the ratio. */
const WARM_UP_SAMPLES = 1500;
const TIMEOUT_MS = 600_000;

let app: TestApp;
beforeAll(async () => {
  app = await startAttackedApi();
});
afterAll(() => app.stop());

function p99(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length * 0.99)] ?? NaN;
}

test(
  `under attack a normal client's p99 stays within ${MAX_RATIO} times its unloaded one`,
  async () => {
    await latencies(app, (count) => count >= WARM_UP_SAMPLES);
    const unloaded = await latencies(app, (count) => count >= UNLOADED_SAMPLES);
    const { isOver, answers } = attack(app);
    const loaded = await latencies(app, isOver);
    await answers;
    const ratio = p99(loaded) / p99(unloaded);
    console.log(
      `p99 ${p99(unloaded).toFixed(1)} ms of ${unloaded.length} unloaded, ` +
        `${p99(loaded).toFixed(1)} ms of ${loaded.length} under attack: ${ratio.toFixed(2)}`,
    );
    expect(ratio).toBeLessThanOrEqual(MAX_RATIO);
  },
  TIMEOUT_MS,
);
