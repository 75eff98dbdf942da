import { swcOptions } from './bin/swc-options.mjs';

/** Packages that are published as ES modules only. */
const ES_MODULES_ONLY = ['@agendajs', '@formatjs', 'agenda', 'intl-messageformat'];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // packages/ are tested as their sources, not as what was last built of them.
  testEnvironmentOptions: { customExportConditions: ['@pollcast/source', 'node', 'node-addons'] },
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // A suite of its own, since it needs a browser: jest.dashboard.config.js.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/dashboard/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // As CommonJS: Node never frees the memory of ES modules that Jest loads, and with each file a worker becomes slower.
  transform: {
    '\\.(ts|mjs|js)$': ['@swc/jest', { ...swcOptions, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES_ONLY.join('|')})/)`],
  reporters: ['<rootDir>/test/support/reporter.js', 'summary'],
  testSequencer: '<rootDir>/test/support/long-first.cjs',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // The machines this runs on have 2 cores, but much of a test's time is waiting for the paced sends.
  maxWorkers: 7,
  // Longer than any single wait of a test (support/wait.ts), also on a slow machine.
  testTimeout: 300_000,
};
