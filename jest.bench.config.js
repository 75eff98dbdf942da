import faults from './jest.faults.config.js';

/** Benchmarks: ratios against the ideal in the same run, on a machine that does nothing else. */
export default { ...faults, testMatch: ['**/*.bench.ts'] };
