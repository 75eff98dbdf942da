import { afterEach } from '@jest/globals';
import { TestApp, type TestAppOptions } from '../../support/app.js';
import { CampaignRun, type CampaignRunOptions } from './campaign-run.js';

/** The installations and campaigns of a test; all of it is gone after the test, whatever became of it. */
export interface Scene {
  prepare(options?: TestAppOptions): Promise<TestApp>;
  start(app: TestApp, options: CampaignRunOptions): Promise<CampaignRun>;
}

/** To be called once in a test file. */
export function useScene(): Scene {
  const apps: TestApp[] = [];
  const runs: CampaignRun[] = [];
  afterEach(async () => {
    await Promise.all(runs.splice(0).map((run) => run.abandon()));
    await Promise.all(apps.splice(0).map((app) => app.stop()));
  });
  return {
    prepare: async (options) => {
      const app = await TestApp.prepare(options);
      apps.push(app);
      return app;
    },
    start: async (app, options) => {
      const run = await CampaignRun.start(app, options);
      runs.push(run);
      return run;
    },
  };
}
