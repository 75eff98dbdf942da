import base from './jest.config.js';

/** The fault suite: real processes that are killed, frozen and cut off. They mostly wait, so several share the cores. */
export default {
  ...base,
  testEnvironment: 'node',
  testMatch: ['**/*.fault.ts'],
  // One MongoDB serves all of them, and FerretDB is no fast one.
  maxWorkers: process.env.MONGODB_URL ? 2 : 3,
  // As many as outage.fault.ts has of the longest ones, and one more: otherwise the last of them runs alone.
  maxConcurrency: 8,
  testTimeout: 600_000,
};
