import type { ApiClient } from '../../src/cli/api-client.js';
import { operation, type OperationOf, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import type { TestDatabase } from './database.js';
import { watchCampaign, type ProgressEvent } from './progress.js';

export type PollInput = VariablesOf<OperationOf<'createPoll'>>['input'];
export type CampaignInput = VariablesOf<OperationOf<'createCampaign'>>['input'];
export type CampaignRow = NonNullable<ResultOf<OperationOf<'campaign'>>['campaign']>;
export type StartPayload = ResultOf<OperationOf<'startCampaign'>>['startCampaign'];
export type UserError = StartPayload['userErrors'][number];

/** The key of the row with this id of the API: 12 of campaign_12. */
export function keyOf(id: string): string {
  return id.replace(/^[a-z]+_/, '');
}

/** An open poll of one question, made through the API. @returns its key */
export async function createOpenPoll(api: ApiClient, input: Partial<PollInput> = {}): Promise<string> {
  const question = { text: 'How was it?', options: ['Good', 'Bad'] };
  const { createPoll } = await api.run(operation('createPoll'), {
    input: { title: 'Test poll', questions: [question], ...input },
  });
  if (!createPoll.poll) throw new Error(JSON.stringify(createPoll.userErrors));
  await api.run(operation('openPoll'), { id: createPoll.poll.id });
  return keyOf(createPoll.poll.id);
}

/** People with the ids `firstId` and up, written to the database at once. */
export async function createUsers(
  database: TestDatabase,
  count: number,
  firstId = 1_000_001,
): Promise<string[]> {
  const users = await database.query<{ id: string }>(
    `INSERT INTO telegram_user (id, first_name, username)
     SELECT place, 'Person ' || place, 'person_' || place FROM generate_series($1::bigint, $1::bigint + $2 - 1) place
     RETURNING id`,
    [firstId, count],
  );
  return users.map(({ id }) => id);
}

/** As many of whom only the ids are known: the indexes of names are most of what a person costs to write. */
export async function createNamelessUsers(
  database: TestDatabase,
  count: number,
  firstId = 1_000_001,
): Promise<string[]> {
  const users = await database.query<{ id: string }>(
    'INSERT INTO telegram_user (id) SELECT generate_series($1::bigint, $1::bigint + $2 - 1) RETURNING id',
    [firstId, count],
  );
  return users.map(({ id }) => id);
}

/** A campaign for the poll, not started. @returns its key */
export async function createCampaign(
  api: ApiClient,
  topicId: string,
  input: Partial<CampaignInput> = {},
): Promise<string> {
  const { createCampaign: payload } = await api.run(operation('createCampaign'), {
    input: { topicId, ...input },
  });
  if (!payload.campaign) throw new Error(JSON.stringify(payload.userErrors));
  return keyOf(payload.campaign.id);
}

export async function startCampaign(api: ApiClient, id: string): Promise<StartPayload> {
  return (await api.run(operation('startCampaign'), { id })).startCampaign;
}

export async function campaign(api: ApiClient, id: string): Promise<CampaignRow> {
  const { campaign: found } = await api.run(operation('campaign'), { id });
  if (!found) throw new Error(`There is no campaign ${id}.`);
  return found;
}

/** Follows a campaign by its subscription until the server completes it. @returns every event */
export function followCampaign(api: ApiClient, campaignId: string): Promise<ProgressEvent[]> {
  return watchCampaign(api, campaignId).completed;
}
