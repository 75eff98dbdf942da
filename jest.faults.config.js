import base from './jest.config.js';

/** The fault suite: real processes that are killed, frozen and cut off. They mostly wait, so several share the cores. */
export default {
  ...base,
  testMatch: ['**/*.fault.ts'],
  maxWorkers: 2,
  maxConcurrency: 6,
  testTimeout: 600_000,
};
