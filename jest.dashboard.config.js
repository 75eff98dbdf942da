import base from './jest.config.js';

/** The dashboard in Chromium, against running apps. */
export default {
  ...base,
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: ['<rootDir>/test/dashboard/**/*.test.ts'],
};
