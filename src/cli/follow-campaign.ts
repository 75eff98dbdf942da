import { toKey } from '../kernel/ids.js';
import type { ApiClient } from './api-client.js';
import { CommandFailure } from './failure.js';
import { operation, type OperationOf, type ResultOf } from './graphql.js';
import { createProgressBar } from './progress-bar.js';

export type Progress = ResultOf<OperationOf<'campaignProgress'>>['campaignProgress'];

export interface FollowOptions {
  /** Called once, where the audience is not known from the first. */
  onWaiting?: (progress: Progress) => void;
  /** Called once, when the audience is known. */
  onPlanned?: (progress: Progress) => void;
  /** Connects again for as long as it takes, since the server may be restarted. */
  patient?: boolean;
  /** Where the progress is shown. */
  stderr?: NodeJS.WritableStream;
}

const PROGRESS_LINE = '{bar} {value}/{total} | {percent} % | {rate}/s | {remaining} left{note}';

/** Shows the progress of a campaign until the server ends the subscription. @returns its last state */
export async function followCampaign(
  api: ApiClient,
  campaignId: string,
  { onWaiting, onPlanned, patient = false, stderr }: FollowOptions = {},
): Promise<Progress> {
  const bar = createProgressBar(PROGRESS_LINE, stderr);
  let last: Progress | undefined;
  const events = api.subscribe(operation('campaignProgress'), { campaignId }, { patient });
  try {
    for await (const { campaignProgress: progress } of events) {
      const { totalUsers, pendingUsers, campaign } = progress;
      const planned = campaign.chunkCount > 0 || progress.status === 'COMPLETED';
      const done = totalUsers - pendingUsers;
      if (!planned && !last) onWaiting?.(progress);
      if (planned && !bar.isActive) {
        onPlanned?.(progress);
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

function describeProgress(progress: Progress): object {
  const { progressPercentage, messagesPerSecond, estimatedFinishAt, standstill, status } = progress;
  const ms = estimatedFinishAt === null ? 0 : Date.parse(estimatedFinishAt) - Date.now();
  const note = standstill?.message ?? (status === 'PROCESSING' || status === 'COMPLETED' ? '' : status);
  return {
    percent: progressPercentage.toFixed(1),
    rate: messagesPerSecond.toFixed(1),
    remaining: formatDuration(Math.max(0, ms)),
    note: note && ` | ${note}`,
  };
}

export function formatDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** @param note what is said of it beside its status */
export function showSummary(id: string, progress: Progress, note: string, output: Console): void {
  const { totalUsers, sentUsers, failedUsers, skippedUsers, unconfirmedUsers, pendingUsers } = progress;
  output.log(`Campaign ${toKey('campaign', id)} ${progress.status}${note}:`);
  const lines = Object.entries({
    SENT: sentUsers,
    FAILED: failedUsers,
    SKIPPED: skippedUsers,
    UNCONFIRMED: unconfirmedUsers,
    PENDING: pendingUsers,
    total: totalUsers,
  });
  for (const [status, count] of lines) output.log(`  ${status.padEnd(12)}${String(count).padStart(8)}`);
}
