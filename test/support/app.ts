import { startBotApiSandbox, type BotApiSandbox, type SandboxOptions } from '@pollcast/bot-api-sandbox';
import { ApiClient } from '../../src/cli/api-client.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { testJobs, type TestJobs } from './jobs.js';
import { startProcess, waitForOutput, type PollcastProcess } from './process.js';

export const ADMIN_TOKEN = 'test-admin-token-0001';
export const VIEWER_TOKEN = 'test-viewer-token-0001';

/** Sends as fast as the sandbox of the tests allows: the pacing of a campaign is then all that slows it. */
const FAST = { MESSAGES_PER_SECOND: '1000', CHUNK_INTERVAL_MS: '0', SEND_INTERVAL_MS: '0' };

/** All tests come from one address; those of the limits set limits of their own. */
const OPEN_DOORS = {
  REQUESTS_PER_MINUTE_PER_TOKEN: '1000000',
  REQUESTS_PER_MINUTE_PER_ADDRESS: '1000000',
  MAX_SOCKETS_PER_ADDRESS: '2000',
};

export interface TestAppOptions {
  environment?: Record<string, string>;
  sandbox?: SandboxOptions;
  /** A clone of the template by default. */
  database?: TestDatabase;
  /** Server for the jobs; by default that of the test run, if it has one. */
  mongodbUrl?: string;
}

/** A running installation: a database, jobs and a sandbox of its own, and processes that speak to both. */
export class TestApp {
  readonly processes: PollcastProcess[] = [];
  url = '';

  private constructor(
    readonly database: TestDatabase,
    readonly jobs: TestJobs,
    readonly sandbox: BotApiSandbox,
    private readonly environment: Record<string, string>,
  ) {}

  /** Database and sandbox without any process yet. */
  static async prepare(options: TestAppOptions = {}): Promise<TestApp> {
    const { environment, sandbox, database: given, mongodbUrl } = options;
    const database = given ?? (await createTestDatabase());
    const botApi = await startBotApiSandbox({ messagesPerSecond: 2000, chatBurst: 20, ...sandbox });
    const jobs = testJobs(database, mongodbUrl);
    return new TestApp(database, jobs, botApi, {
      ...FAST,
      ...jobs.environment,
      ...OPEN_DOORS,
      DATABASE_URL: database.url,
      BOT_TOKEN: botApi.token,
      TELEGRAM_API_ROOT: botApi.url,
      ADMIN_TOKEN,
      VIEWER_TOKEN,
      PORT: '0',
      LOG_LEVEL: 'info',
      ...environment,
    });
  }

  /** One process that serves the API and works the jobs. */
  static async start(options: TestAppOptions = {}): Promise<TestApp> {
    const app = await TestApp.prepare(options);
    await app.startApi('start');
    return app;
  }

  /** @returns the address of the API */
  async startApi(
    command: 'start' | 'api' = 'api',
    environment: Record<string, string> = {},
  ): Promise<string> {
    const running = this.launch(command, environment);
    const [, url] = await waitForOutput(running, /GraphQL API at (http:\/\/\S+)\/graphql/);
    this.url = url ?? '';
    return this.url;
  }

  async startWorker(environment: Record<string, string> = {}): Promise<PollcastProcess> {
    const running = this.launch('worker', environment);
    await waitForOutput(running, /working jobs/);
    return running;
  }

  launch(command: string, environment: Record<string, string> = {}): PollcastProcess {
    const running = startProcess([command], { ...this.environment, ...environment });
    this.processes.push(running);
    return running;
  }

  client(token = ADMIN_TOKEN, url = this.url): ApiClient {
    return new ApiClient(url, token);
  }

  /** Everything that any process has written. */
  output(): string {
    return this.processes.map((running) => running.output()).join('\n');
  }

  /** Ends the processes, fails when one does not end by itself, and removes database and sandbox. */
  async stop(): Promise<void> {
    for (const { child, kill } of this.processes) {
      if (child.exitCode !== null) continue;
      kill('SIGTERM');
      kill('SIGCONT');
    }
    const codes = await Promise.all(this.processes.map((running) => running.exited));
    await this.sandbox.close();
    await this.jobs.drop();
    await this.database.drop();
    const failed = codes.findIndex((code) => code !== 0 && code !== null);
    if (failed >= 0)
      throw new Error(`A process ended with ${codes[failed]}: ${this.processes[failed]?.output()}`);
  }
}
