import type { ApiClient } from '../../src/cli/api-client.js';
import { keyOf, type CampaignRow, type UserError } from '../support/factories.js';

export interface CampaignPayload {
  campaign: (CampaignRow & { failure: { code: string; message: string } | null }) | null;
  userErrors: UserError[];
}

const FIELDS = `campaign { id status totalUsers pendingUsers sentUsers failedUsers skippedUsers unconfirmedUsers chunkCount
  failure { code message } } userErrors { field code message }`;

type IdMutation = 'startCampaign' | 'pauseCampaign' | 'resumeCampaign' | 'cancelCampaign';

/** Starts or resumes a campaign although another one of its poll has people pending. */
export async function runBeside(
  api: ApiClient,
  mutation: 'startCampaign' | 'resumeCampaign',
  id: string,
): Promise<CampaignPayload> {
  const query = `mutation ($id: ID!) { payload: ${mutation}(id: $id, besideAnother: true) { ${FIELDS} } }`;
  return (await api.run<{ payload: CampaignPayload }>(query, { id })).payload;
}

/** Runs a mutation that takes nothing but the id of a campaign. */
export async function change(api: ApiClient, mutation: IdMutation, id: string): Promise<CampaignPayload> {
  const data = await api.run<Record<string, CampaignPayload>>(
    `mutation ($id: ID!) { ${mutation}(id: $id) { ${FIELDS} } }`,
    { id },
  );
  const payload = data[mutation];
  if (!payload) throw new Error(`The API answered nothing to ${mutation}.`);
  return payload;
}

export async function retry(
  api: ApiClient,
  campaignId: string,
  statuses?: string[],
  reasons?: string[],
): Promise<CampaignPayload & { retriedCount: number }> {
  const { retryDeliveries } = await api.run<{
    retryDeliveries: CampaignPayload & { retriedCount: number };
  }>(
    `mutation ($campaignId: ID!, $statuses: [DeliveryStatus!]! = [FAILED], $reasons: [DeliveryReason!]) {
       retryDeliveries(campaignId: $campaignId, statuses: $statuses, reasons: $reasons) { retriedCount ${FIELDS} } }`,
    { campaignId, statuses, reasons },
  );
  return retryDeliveries;
}

export interface Edited {
  status: string;
  name: string | null;
  messageTemplate: string;
  buttonText: string | null;
  scheduledFor: string | null;
  pacing: object;
}

export async function updateCampaign(
  api: ApiClient,
  id: string,
  input: object,
): Promise<{ campaign: Edited | null; userErrors: UserError[] }> {
  const { updateCampaign: payload } = await api.run<{
    updateCampaign: { campaign: Edited | null; userErrors: UserError[] };
  }>(
    `mutation ($id: ID!, $input: UpdateCampaignInput!) { updateCampaign(id: $id, input: $input) {
         campaign { status name messageTemplate buttonText scheduledFor
           pacing { chunkSize chunkIntervalMs sendIntervalMs } }
         userErrors { field code message } } }`,
    { id, input },
  );
  return payload;
}

/** Status, reason and attempts of one delivery. */
export async function delivery(
  api: ApiClient,
  campaignId: string,
  userId: string,
): Promise<{ status: string; reason: string | null; attempts: number }> {
  const { campaign } = await api.run<{
    campaign: {
      deliveries: {
        nodes: { status: string; reason: string | null; attempts: number; user: { id: string } }[];
      };
    };
  }>(
    `query ($id: ID!) { campaign(id: $id) { deliveries(first: 100) { nodes { status reason attempts user { id } } } } }`,
    { id: campaignId },
  );
  const found = campaign.deliveries.nodes.find(({ user }) => keyOf(user.id) === userId);
  if (!found) throw new Error(`There is no delivery to ${userId}.`);
  return { status: found.status, reason: found.reason, attempts: found.attempts };
}
