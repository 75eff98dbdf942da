import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';
import { CommandFailure } from './failure.js';
import type { PeopleTotals } from './demo-people.js';
import { followCampaign, formatDuration, showSummary } from './follow-campaign.js';
import { graphql, operation, type ResultOf } from './graphql.js';

export interface Pacing {
  chunkSize: number;
  chunkIntervalMs: number;
  sendIntervalMs: number;
}

interface CampaignPayload {
  campaign: { id: string } | null;
  userErrors: { message: string }[];
}

/** Creates and starts a campaign by the public API, follows it to its end and sums it up. @returns its id */
export async function runCampaign(
  api: ApiClient,
  pollId: string,
  pacing: Pacing | undefined,
): Promise<string> {
  const input = { topicId: pollId, pacing };
  const { createCampaign } = await api.run(operation('createCampaign'), { input });
  const id = requireCampaign(createCampaign);
  const startedAt = performance.now();
  const { startCampaign } = await api.run(operation('startCampaign'), { id });
  requireCampaign(startCampaign);
  const last = await followCampaign(api, id, {
    onPlanned: ({ totalUsers, campaign: { chunkCount } }) => {
      console.log(`Started notification campaign for ${totalUsers} users in ${chunkCount} chunks`);
    },
  });
  showSummary(id, last, ` after ${formatDuration(performance.now() - startedAt)}`, console);
  if (last.status !== 'COMPLETED') throw new CommandFailure(`The campaign ended as ${last.status}.`);
  return id;
}

function requireCampaign({ campaign, userErrors }: CampaignPayload): string {
  if (!campaign || userErrors.length > 0)
    throw new CommandFailure(userErrors[0]?.message ?? 'The API returned no campaign.');
  return campaign.id;
}

const ACHIEVED = graphql('query Achieved($id: ID!) { campaign(id: $id) { openedUsers convertedUsers } }');
const NEXT_AUDIENCE = graphql(
  'query NextAudience($input: CreateCampaignInput!) { campaignPreview(input: $input) { audienceSize } }',
);

/** The figures follow the last answers within moments. */
const LOOKS = 50;
const LOOK_INTERVAL_MS = 200;

interface Circle {
  campaignId: string;
  pollId: string;
  people: PeopleTotals;
}

/** Shows the rest of the circle: what people did, what the campaign achieved, and whom a next one would reach. */
export async function showCircle(api: ApiClient, { campaignId, pollId, people }: Circle): Promise<void> {
  const { completed, half, silent } = people;
  console.log(
    `\nPeople: ${completed} took the whole poll, ${half} stopped in the middle, ${silent} did nothing.`,
  );
  const { openedUsers, convertedUsers } = await readAchieved(api, campaignId, completed);
  console.log(`The campaign: ${openedUsers} opened the poll, ${convertedUsers} completed it.`);
  const { campaignPreview } = await api.run(NEXT_AUDIENCE, { input: { topicId: pollId } });
  console.log(
    `Another campaign would reach ${campaignPreview.audienceSize}: who has completed the poll is not reminded again.`,
  );
}

type Achieved = NonNullable<ResultOf<typeof ACHIEVED>['campaign']>;

async function readAchieved(api: ApiClient, id: string, completed: number): Promise<Achieved> {
  for (let look = 1; ; look += 1) {
    const { campaign } = await api.run(ACHIEVED, { id });
    if (!campaign) throw new CommandFailure('The campaign has been deleted.');
    if (campaign.convertedUsers >= completed || look === LOOKS) return campaign;
    await pause(LOOK_INTERVAL_MS);
  }
}
