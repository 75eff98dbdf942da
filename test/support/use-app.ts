import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { TestApp, type TestAppOptions } from './app.js';

export interface UseAppOptions extends TestAppOptions {
  /** The processes that it begins with; by default one that serves the API and works the jobs. */
  run?: readonly ('start' | 'api' | 'worker' | 'bot')[];
  /** A new one for each test, instead of one for all tests of the file or describe block. */
  perTest?: boolean;
}

/**
 * An app for the tests that follow, which ends after them however far its start has got.
 * What is registered with beforeAll or beforeEach after this finds it running.
 */
export function useApp({ run = ['start'], perTest = false, ...options }: UseAppOptions = {}): TestApp {
  const app = new TestApp(options);
  const [before, after] = perTest ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(async () => {
    await app.prepare();
    for (const command of run) {
      if (command === 'worker') await app.startWorker();
      else await (command === 'bot' ? app.startBot() : app.startApi(command));
    }
  });
  after(() => app.stop());
  return app;
}
