import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../app/app.js';
import { locateDatabase } from '../app/database.js';
import { createLogger } from '../config/logger.js';
import type { Settings } from '../config/settings.js';
import { createDataSource } from '../database/data-source.js';
import { migrate } from '../database/migrate.js';
import { ApiClient, operation } from './api-client.js';
import { CommandFailure } from './failure.js';
import { createProgressBar } from './progress-bar.js';
import { createReferenceData, type ReferenceDataSize } from './reference-data.js';
import { checkSize } from './seed.js';

export interface DemoOptions extends ReferenceDataSize {
  fast?: true;
  keep?: true;
}

interface Progress {
  status: string;
  totalUsers: number;
  pendingUsers: number;
  sentUsers: number;
  failedUsers: number;
  skippedUsers: number;
  unconfirmedUsers: number;
  progressPercentage: number;
  messagesPerSecond: number;
  estimatedFinishAt: string | null;
  campaign: { chunkCount: number };
}

const FAST_PACING = { chunkSize: 100, chunkIntervalMs: 100, sendIntervalMs: 20 };

/** A whole campaign from nothing to the summary, on parts that leave nothing behind. */
export async function demoCommand(settings: Settings, options: DemoOptions): Promise<void> {
  checkSize(options);
  const dataDir = await mkdtemp(join(tmpdir(), 'pollcast-demo-'));
  // PostgreSQL runs as an unprivileged account when this is root, and has to reach its folder.
  await chmod(dataDir, 0o711);
  const demoSettings = { ...settings, dataDir, databaseUrl: undefined, botToken: undefined, port: 0 };
  const logger = createLogger({ logLevel: settings.logLevel === 'info' ? 'warn' : settings.logLevel });
  try {
    console.log('Starting an embedded PostgreSQL, the Bot API sandbox and the API ...');
    const pollId = await seed(demoSettings, options);
    const app = await startApp(demoSettings, ['api', 'worker'], logger);
    try {
      const token = settings.adminToken ?? app.keptAdminToken ?? '';
      await runCampaign(new ApiClient(app.url ?? '', token), pollId, options);
      if (options.keep) await keepRunning(app.url ?? '', token);
    } finally {
      await app.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function seed(settings: Settings, size: ReferenceDataSize): Promise<string> {
  const logger = createLogger({ logLevel: 'warn' });
  const database = await locateDatabase(settings, logger);
  await migrate({ url: database.url });
  const dataSource = await createDataSource({ url: database.url }).initialize();
  const { pollId, audienceSize } = await createReferenceData(dataSource, size);
  await dataSource.destroy();
  await database.leave();
  console.log(`Made ${size.users} users; ${size.completed} completed the poll, ${audienceSize} did not.`);
  return pollId;
}

async function runCampaign(api: ApiClient, pollId: string, { fast }: DemoOptions): Promise<void> {
  const input = { topicId: pollId, pacing: fast ? FAST_PACING : null };
  const { createCampaign } = await api.run<{ createCampaign: { campaign: { id: string } } }>(
    operation('createCampaign'),
    { input },
  );
  const { id } = createCampaign.campaign;
  await api.run(operation('startCampaign'), { id });
  const last = await showProgress(api, id);
  console.log(`Campaign ${id} is ${last.status}:`);
  const { totalUsers, pendingUsers, sentUsers, failedUsers, skippedUsers, unconfirmedUsers } = last;
  console.log(`  total ${totalUsers} = pending ${pendingUsers} + sent ${sentUsers} + failed ${failedUsers}`);
  console.log(`    + skipped ${skippedUsers} + unconfirmed ${unconfirmedUsers}`);
  if (last.status !== 'COMPLETED') throw new CommandFailure(`The campaign ended as ${last.status}.`);
}

async function showProgress(api: ApiClient, campaignId: string): Promise<Progress> {
  const bar = createProgressBar('{bar} {value}/{total} | {percent} % | {rate}/s | done in {remaining}');
  let last: Progress | undefined;
  const events = api.subscribe<{ campaignProgress: Progress }>(operation('campaignProgress'), { campaignId });
  for await (const { campaignProgress: progress } of events) {
    const planned = progress.campaign.chunkCount > 0 || progress.status === 'COMPLETED';
    if (planned && !bar.isActive) {
      const { totalUsers, campaign } = progress;
      console.log(`Started notification campaign for ${totalUsers} users in ${campaign.chunkCount} chunks`);
      bar.start(totalUsers, 0, payloadOf(progress));
    }
    bar.update(progress.totalUsers - progress.pendingUsers, payloadOf(progress));
    last = progress;
  }
  bar.stop();
  if (!last) throw new CommandFailure('The subscription ended without an event.');
  return last;
}

function payloadOf({ progressPercentage, messagesPerSecond, estimatedFinishAt }: Progress): object {
  const seconds = estimatedFinishAt === null ? 0 : (Date.parse(estimatedFinishAt) - Date.now()) / 1000;
  return {
    percent: progressPercentage.toFixed(1),
    rate: messagesPerSecond.toFixed(1),
    remaining: `${Math.max(0, Math.ceil(seconds))} s`,
  };
}

async function keepRunning(url: string, token: string): Promise<void> {
  console.log(`Still up: ${url}/graphql\nadmin token: ${token}\nPress Ctrl+C to end.`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
}
