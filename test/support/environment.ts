/** What the global setup hands to the test files. */
export interface TestEnvironment {
  /** Server on which each test file clones the template database. */
  adminUrl: string;
  templateName: string;
  /** The server is one of the tests alone, which need not keep anything. */
  isDisposable: boolean;
  /** Socket at which a program is run in a process that is warm, in the suites that have one. */
  hostsPath?: string;
}

const VARIABLE = 'POLLCAST_TEST_ENVIRONMENT';

export function publishEnvironment(environment: TestEnvironment): void {
  process.env[VARIABLE] = JSON.stringify(environment);
}

export function testEnvironment(): TestEnvironment {
  const published = process.env[VARIABLE];
  if (published === undefined) throw new Error('The global setup has not run.');
  return JSON.parse(published) as TestEnvironment;
}
