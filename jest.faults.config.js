import base from './jest.config.js';

/** The fault suite: processes that are killed, frozen and cut off. They mostly wait, so several share the cores. */
export default {
  ...base,
  // A process with many programs gets no more of the cores than one with a few, and here they are to be in time.
  globals: { programsAtOnce: 4 },
  testMatch: ['**/*.fault.ts'],
  // One MongoDB serves all of them, and FerretDB is no fast one.
  maxWorkers: process.env.MONGODB_URL ? 2 : 3,
  // As many as outage.fault.ts has of the longest ones, and one more: otherwise the last of them runs alone.
  maxConcurrency: 8,
  testTimeout: 600_000,
};
