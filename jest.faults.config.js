import base from './jest.config.js';

/** The fault suite: real processes that are killed, frozen and cut off. One file at a time, since they need the cores. */
export default { ...base, testMatch: ['**/*.fault.ts'], maxWorkers: 1, testTimeout: 240_000 };
