import { operation, type ApiClient } from './api-client.js';
import { CommandFailure } from './failure.js';
import { followCampaign, formatDuration, showSummary } from './follow-campaign.js';

export interface Pacing {
  chunkSize: number;
  chunkIntervalMs: number;
  sendIntervalMs: number;
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
  const last = await followCampaign(api, id, {
    onPlanned: ({ totalUsers, campaign: { chunkCount } }) => {
      console.log(`Started notification campaign for ${totalUsers} users in ${chunkCount} chunks`);
    },
  });
  showSummary(id, last, ` after ${formatDuration(performance.now() - startedAt)}`, console);
  if (last.status !== 'COMPLETED') throw new CommandFailure(`The campaign ended as ${last.status}.`);
}

function requireCampaign({ campaign, userErrors }: CampaignPayload): string {
  if (!campaign || userErrors.length > 0)
    throw new CommandFailure(userErrors[0]?.message ?? 'The API returned no campaign.');
  return campaign.id;
}
