import base from './jest.config.js';

/** Benchmarks: ratios against the ideal in the same run, on a machine that does nothing else. */
export default {
  ...base,
  testMatch: ['**/*.bench.ts'],
  maxWorkers: 1,
  maxConcurrency: 1,
  testTimeout: 600_000,
  // As in production.
  globals: { filesOnDisk: true, ownProcessesOnly: true },
};
