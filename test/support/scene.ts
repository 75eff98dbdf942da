import { afterAll, test } from '@jest/globals';
import { TestApp, type TestAppOptions } from './app.js';
import { CampaignRun, type CampaignRunOptions } from './campaign-run.js';

/** The installations and campaigns of one test. */
export class Scene {
  private readonly apps: TestApp[] = [];
  private readonly runs: CampaignRun[] = [];
  private readonly others: (() => Promise<void>)[] = [];

  async prepare(options?: TestAppOptions): Promise<TestApp> {
    const app = await TestApp.prepare(options);
    this.apps.push(app);
    return app;
  }

  async start(app: TestApp, options: CampaignRunOptions): Promise<CampaignRun> {
    const run = await CampaignRun.start(app, options);
    this.runs.push(run);
    return run;
  }

  /** What else is to be cleared away, after the apps have ended. */
  afterwards(clear: () => Promise<void>): void {
    this.others.push(clear);
  }

  async clear(): Promise<void> {
    await Promise.all(this.runs.splice(0).map((run) => run.abandon()));
    await Promise.all(this.apps.splice(0).map((app) => app.stop()));
    await Promise.all(this.others.splice(0).map((clear) => clear()));
  }
}

const scenes = new Set<Scene>();

// A test that ran out of time is still on its scene.
afterAll(async () => {
  await Promise.all([...scenes].map((scene) => scene.clear()));
});

/** A test with a scene of its own, which is cleared even if it fails. Those of a file run side by side: they mostly wait. */
export function scenario(name: string, play: (scene: Scene) => Promise<void>): void {
  test.concurrent(name, async () => {
    const scene = new Scene();
    scenes.add(scene);
    try {
      await play(scene);
    } finally {
      await scene.clear();
      scenes.delete(scene);
    }
  });
}
