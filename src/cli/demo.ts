import { join } from 'node:path';
import { startApp } from '../app/app.js';
import type { Settings } from '../config/settings.js';
import { createDataSource, migrateAt } from '../app/data-source.js';
import { signInLink } from './announcement.js';
import { ApiClient } from './api-client.js';
import { createCommandLogger } from './command-logger.js';
import { runCampaign, showCircle } from './demo-campaign.js';
import { DemoPeople } from './demo-people.js';
import type { Interruption } from './interruption.js';
import { createReferenceData, type ReferenceDataSize } from './reference-data.js';
import { checkSize } from './seed.js';
import { withTemporaryPostgres } from './temporary-postgres.js';

export interface DemoOptions extends ReferenceDataSize {
  fast?: true;
  people?: true;
  keep?: true;
}

const FAST_PACING = { chunkSize: 100, chunkIntervalMs: 100, sendIntervalMs: 20 };

/** A whole campaign from nothing to the summary, on parts that leave nothing behind. */
export async function demoCommand(
  settings: Settings,
  options: DemoOptions,
  interruption: Interruption,
): Promise<void> {
  checkSize(options);
  console.log('Starting an embedded PostgreSQL, the Bot API sandbox and the API ...');
  await withTemporaryPostgres(async ({ url, dataDir }) => {
    const pollId = await interruption.orElse(seed(url, options));
    const demoSettings = {
      ...settings,
      dataDir,
      databaseUrl: undefined,
      mongodbUrl: undefined,
      botToken: undefined,
      sandbox: true,
      port: 0,
    };
    await demonstrate(demoSettings, pollId, options, interruption);
  });
}

/** The campaign with people who answer it, and what that changes. */
async function answerAll(
  people: DemoPeople,
  campaign: Promise<string>,
  api: ApiClient,
  pollId: string,
): Promise<void> {
  await people.during(campaign);
  await showCircle(api, { campaignId: await campaign, pollId, people: people.totals });
}

async function seed(url: string, size: ReferenceDataSize): Promise<string> {
  await migrateAt(url);
  const dataSource = await createDataSource({ url }).initialize();
  try {
    const { pollId, users, completed, audienceSize } = await createReferenceData(dataSource, size);
    console.log(`Made ${users} users; ${completed} completed the poll, ${audienceSize} did not.`);
    return pollId;
  } finally {
    await dataSource.destroy();
  }
}

async function demonstrate(
  settings: Settings,
  pollId: string,
  { fast, people, keep }: DemoOptions,
  interruption: Interruption,
): Promise<void> {
  // What a server tells on its way is for a server's log, unless somebody asks for all of it.
  const logLevel = settings.logLevel === 'info' ? 'warn' : settings.logLevel;
  const app = await startApp(settings, ['api', 'worker'], createCommandLogger({ logLevel }));
  try {
    const url = app.url ?? '';
    const token = settings.adminToken ?? app.generatedAdminToken ?? '';
    const api = new ApiClient(url, token);
    const campaign = runCampaign(api, pollId, fast ? FAST_PACING : undefined);
    const answering = people && app.sandbox ? new DemoPeople(app.sandbox) : undefined;
    await interruption.orElse<unknown>(answering ? answerAll(answering, campaign, api, pollId) : campaign);
    if (!keep) {
      console.log(
        '\nNext: npm start serves the API with a dashboard for your browser, and keeps what you make.',
      );
      return;
    }
    const [link, kept] = process.stdout.isTTY
      ? [signInLink(app), token]
      : [`${url}/`, join(settings.dataDir, 'admin-token')];
    console.log(
      `\nStill up: ${link} (open it in a browser)\n${process.stdout.isTTY ? 'admin token' : 'admin token in'}: ${kept}`,
    );
    console.log('Press Ctrl+C to end.');
    await interruption.arrived;
  } finally {
    await app.stop();
  }
}
