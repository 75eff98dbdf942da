import { startBotApiSandbox, type BotApiSandbox, type SandboxOptions } from '@pollcast/bot-api-sandbox';
import { ApiClient } from '../../src/cli/api-client.js';
import { EMPTY_DATABASE, createTestDatabase, type TestDatabase } from './database.js';
import { testJobs, type TestJobs } from './jobs.js';
import { canHost, startHosted } from './hosted-program.js';
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

/**
 * Where a program runs: 'shared' in the process of all of them, which is warm already, or in one of its 'own', as in
 * production. Only there it can be killed or frozen, and that process's warnings, memory and sockets are the program's alone.
 */
export type ProcessKind = 'shared' | 'own';

/** What Node and libraries read of a process, whatever the program does. */
const OF_A_PROCESS = ['NODE_ENV', 'NODE_OPTIONS'];

export interface TestAppOptions {
  environment?: Record<string, string>;
  /** Of every program that says nothing else; by default they share one. */
  process?: ProcessKind;
  sandbox?: SandboxOptions;
  /** A clone of the template by default. */
  database?: TestDatabase;
  /** A database of its own in which nothing is migrated yet. */
  emptyDatabase?: boolean;
  /** Server for the jobs; by default that of the test run, if it has one. */
  mongodbUrl?: string;
}

/** What the processes of an app speak to. */
interface Surroundings {
  database: TestDatabase;
  jobs: TestJobs;
  sandbox: BotApiSandbox;
}

/** A running installation: a database, jobs and a sandbox of its own, and processes that speak to them. */
export class TestApp {
  readonly processes: PollcastProcess[] = [];
  url = '';
  private surroundings: Partial<Surroundings> = {};
  private preparing: Promise<void> = Promise.resolve();

  constructor(private readonly options: TestAppOptions = {}) {}

  /** Database and sandbox without any process yet. */
  static async prepare(options: TestAppOptions = {}): Promise<TestApp> {
    const app = new TestApp(options);
    try {
      await app.prepare();
    } catch (error) {
      await app.stop();
      throw error;
    }
    return app;
  }

  /** One process that serves the API and works the jobs. */
  static async start(options: TestAppOptions = {}): Promise<TestApp> {
    const app = await TestApp.prepare(options);
    await app.startApi('start');
    return app;
  }

  get database(): TestDatabase {
    return this.prepared('database');
  }

  get jobs(): TestJobs {
    return this.prepared('jobs');
  }

  get sandbox(): BotApiSandbox {
    return this.prepared('sandbox');
  }

  prepare(): Promise<void> {
    this.preparing = this.surround();
    return this.preparing;
  }

  /** @returns the address of the API */
  async startApi(
    command: 'start' | 'api' = 'api',
    environment: Record<string, string> = {},
    kind?: ProcessKind,
  ): Promise<string> {
    const running = this.launch(command, environment, kind);
    const [, url] = await waitForOutput(running, /GraphQL API at (http:\/\/\S+)\/graphql/);
    this.url = url ?? '';
    return this.url;
  }

  /** Another process that serves the API, beside the one that is asked by default. @returns its address */
  async startBeside(environment: Record<string, string>): Promise<string> {
    const { url } = this;
    try {
      return await this.startApi('api', environment);
    } finally {
      this.url = url;
    }
  }

  async startWorker(environment: Record<string, string> = {}, kind?: ProcessKind): Promise<PollcastProcess> {
    const running = this.launch('worker', environment, kind);
    await waitForOutput(running, /working jobs/);
    return running;
  }

  async startBot(environment: Record<string, string> = {}, kind?: ProcessKind): Promise<PollcastProcess> {
    const running = this.launch('bot', environment, kind);
    await waitForOutput(running, /talking to people/);
    return running;
  }

  launch(
    command: string,
    environment: Record<string, string> = {},
    kind: ProcessKind = this.options.process ?? 'shared',
  ): PollcastProcess {
    const given = { ...this.environment(), ...environment };
    const isHosted = kind === 'shared' && canHost() && !OF_A_PROCESS.some((name) => name in given);
    const running = (isHosted ? startHosted : startProcess)([command], given);
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

  /** @returns what gives all that any process has written from now on, in whole lines */
  outputFromNow(): () => string {
    const begins = this.processes.map((running) => running.output().lastIndexOf('\n') + 1);
    return () => this.processes.map((running, index) => running.output().slice(begins[index])).join('\n');
  }

  /**
   * Ends the processes, fails when one does not end by itself, and removes database and sandbox: all that there is of
   * them, also when the start took too long or has failed.
   */
  async stop(): Promise<void> {
    await this.preparing.catch(() => undefined);
    const processes = this.processes.splice(0);
    const codes = await Promise.all(processes.map((running) => running.stop()));
    const { sandbox, jobs, database } = this.surroundings;
    this.surroundings = {};
    await sandbox?.close();
    await jobs?.drop();
    await database?.drop();
    const failed = codes.findIndex((code) => code !== 0 && code !== null);
    if (failed >= 0) throw new Error(`A process ended with ${codes[failed]}: ${processes[failed]?.output()}`);
  }

  private async surround(): Promise<void> {
    const { emptyDatabase: empty, mongodbUrl, sandbox } = this.options;
    const database = this.options.database ?? (await createTestDatabase(empty ? EMPTY_DATABASE : undefined));
    this.surroundings = { database };
    this.surroundings.jobs = await testJobs(database, mongodbUrl);
    this.surroundings.sandbox = await startBotApiSandbox({
      messagesPerSecond: 2000,
      chatBurst: 20,
      ...sandbox,
    });
  }

  private prepared<Key extends keyof Surroundings>(key: Key): Surroundings[Key] {
    const part = this.surroundings[key];
    if (!part) throw new Error(`The app has no ${key}: it is not prepared, or has been stopped.`);
    return part;
  }

  private environment(): Record<string, string> {
    return {
      ...FAST,
      ...this.jobs.environment,
      ...OPEN_DOORS,
      DATABASE_URL: this.database.url,
      BOT_TOKEN: this.sandbox.token,
      TELEGRAM_API_ROOT: this.sandbox.url,
      ADMIN_TOKEN,
      VIEWER_TOKEN,
      PORT: '0',
      LOG_LEVEL: 'info',
      ...this.options.environment,
    };
  }
}
