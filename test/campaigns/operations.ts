import type { ApiClient } from '../../src/cli/api-client.js';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { keyOf } from '../support/factories.js';

const FIELDS = `campaign { id status totalUsers pendingUsers sentUsers failedUsers skippedUsers unconfirmedUsers chunkCount
  failure { code message } } userErrors { field code message }`;

const CHANGES = {
  startCampaign: graphql(`mutation ($id: ID!) { payload: startCampaign(id: $id) { ${FIELDS} } }`),
  pauseCampaign: graphql(`mutation ($id: ID!) { payload: pauseCampaign(id: $id) { ${FIELDS} } }`),
  resumeCampaign: graphql(`mutation ($id: ID!) { payload: resumeCampaign(id: $id) { ${FIELDS} } }`),
  cancelCampaign: graphql(`mutation ($id: ID!) { payload: cancelCampaign(id: $id) { ${FIELDS} } }`),
};
type CampaignPayload = ResultOf<typeof CHANGES.startCampaign>['payload'];

/** Starts or resumes a campaign although another one of its poll has people pending. */
export async function runBeside(
  api: ApiClient,
  mutation: 'startCampaign' | 'resumeCampaign',
  id: string,
): Promise<CampaignPayload> {
  const query = graphql(
    `mutation ($id: ID!) { payload: ${mutation}(id: $id, besideAnother: true) { ${FIELDS} } }`,
  );
  return (await api.run(query, { id })).payload;
}

/** Runs a mutation that takes nothing but the id of a campaign. */
export async function change(
  api: ApiClient,
  mutation: keyof typeof CHANGES,
  id: string,
): Promise<CampaignPayload> {
  return (await api.run(CHANGES[mutation], { id })).payload;
}

const RETRY =
  graphql(`mutation ($campaignId: ID!, $statuses: [DeliveryStatus!]! = [FAILED], $reasons: [DeliveryReason!]) {
    retryDeliveries(campaignId: $campaignId, statuses: $statuses, reasons: $reasons) { retriedCount ${FIELDS} } }`);

export async function retry(
  api: ApiClient,
  campaignId: string,
  statuses?: VariablesOf<typeof RETRY>['statuses'],
  reasons?: VariablesOf<typeof RETRY>['reasons'],
): Promise<ResultOf<typeof RETRY>['retryDeliveries']> {
  return (await api.run(RETRY, { campaignId, statuses, reasons })).retryDeliveries;
}

const UPDATE =
  graphql(`mutation ($id: ID!, $input: UpdateCampaignInput!) { updateCampaign(id: $id, input: $input) {
    campaign { status name messageTemplate buttonText scheduledFor
      pacing { chunkSize chunkIntervalMs sendIntervalMs } }
    userErrors { field code message } } }`);
export type Edited = NonNullable<ResultOf<typeof UPDATE>['updateCampaign']['campaign']>;
export type CampaignChange = VariablesOf<typeof UPDATE>['input'];

export async function updateCampaign(
  api: ApiClient,
  id: string,
  input: CampaignChange,
): Promise<ResultOf<typeof UPDATE>['updateCampaign']> {
  return (await api.run(UPDATE, { id, input })).updateCampaign;
}

/** Status, reason and attempts of one delivery. */
export async function delivery(
  api: ApiClient,
  campaignId: string,
  userId: string,
): Promise<{ status: string; reason: string | null; attempts: number }> {
  const { campaign } = await api.run(
    graphql(
      `query ($id: ID!) { campaign(id: $id) { deliveries(first: 100) { nodes { status reason attempts user { id } } } } }`,
    ),
    { id: campaignId },
  );
  const found = campaign?.deliveries.nodes.find(({ user }) => keyOf(user.id) === userId);
  if (!found) throw new Error(`There is no delivery to ${userId}.`);
  return { status: found.status, reason: found.reason, attempts: found.attempts };
}
