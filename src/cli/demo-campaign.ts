import type { Ledger } from '../campaigns/ledger.entity.js';
import { toKey } from '../kernel/ids.js';
import { operation, type ApiClient } from './api-client.js';
import { CommandFailure } from './failure.js';
import { createProgressBar } from './progress-bar.js';

export interface Pacing {
  chunkSize: number;
  chunkIntervalMs: number;
  sendIntervalMs: number;
}

interface Progress extends Ledger {
  status: string;
  progressPercentage: number;
  messagesPerSecond: number;
  estimatedFinishAt: string | null;
  campaign: { chunkCount: number };
}

interface CampaignPayload {
  campaign: { id: string } | null;
  userErrors: { message: string }[];
}

/** Creates and starts a campaign by the public API, follows it to its end and sums it up. */
export async function runCampaign(api: ApiClient, pollId: string, pacing: Pacing | undefined): Promise<void> {
  const input = { topicId: pollId, pacing };
  const { createCampaign } = await api.run<{ createCampaign: CampaignPayload }>(operation('createCampaign'), {
    input,
  });
  const id = requireCampaign(createCampaign);
  const startedAt = performance.now();
  const { startCampaign } = await api.run<{ startCampaign: CampaignPayload }>(operation('startCampaign'), {
    id,
  });
  requireCampaign(startCampaign);
  const last = await showProgress(api, id);
  showSummary(id, last, performance.now() - startedAt);
  if (last.status !== 'COMPLETED') throw new CommandFailure(`The campaign ended as ${last.status}.`);
}

function requireCampaign({ campaign, userErrors }: CampaignPayload): string {
  if (!campaign) throw new CommandFailure(userErrors[0]?.message ?? 'The API returned no campaign.');
  return campaign.id;
}

async function showProgress(api: ApiClient, campaignId: string): Promise<Progress> {
  const bar = createProgressBar('{bar} {value}/{total} | {percent} % | {rate}/s | {remaining} left');
  let last: Progress | undefined;
  const events = api.subscribe<{ campaignProgress: Progress }>(operation('campaignProgress'), { campaignId });
  try {
    for await (const { campaignProgress: progress } of events) {
      const { totalUsers, pendingUsers, campaign } = progress;
      const planned = campaign.chunkCount > 0 || progress.status === 'COMPLETED';
      const done = totalUsers - pendingUsers;
      if (planned && !bar.isActive) {
        console.log(`Started notification campaign for ${totalUsers} users in ${campaign.chunkCount} chunks`);
        bar.start(totalUsers, done, describeProgress(progress));
      }
      bar.update(done, describeProgress(progress));
      last = progress;
    }
  } finally {
    bar.stop();
  }
  if (!last) throw new CommandFailure('The subscription ended without an event.');
  return last;
}

function describeProgress({ progressPercentage, messagesPerSecond, estimatedFinishAt }: Progress): object {
  const ms = estimatedFinishAt === null ? 0 : Date.parse(estimatedFinishAt) - Date.now();
  return {
    percent: progressPercentage.toFixed(1),
    rate: messagesPerSecond.toFixed(1),
    remaining: formatDuration(Math.max(0, ms)),
  };
}

function formatDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function showSummary(id: string, progress: Progress, durationMs: number): void {
  const { totalUsers, sentUsers, failedUsers, skippedUsers, unconfirmedUsers, pendingUsers } = progress;
  console.log(`Campaign ${toKey('campaign', id)} ${progress.status} after ${formatDuration(durationMs)}:`);
  const lines = Object.entries({
    SENT: sentUsers,
    FAILED: failedUsers,
    SKIPPED: skippedUsers,
    UNCONFIRMED: unconfirmedUsers,
    PENDING: pendingUsers,
    total: totalUsers,
  });
  for (const [status, count] of lines) console.log(`  ${status.padEnd(12)}${String(count).padStart(8)}`);
}
