import { toKey } from '../kernel/ids.js';
import { shorten } from '../kernel/shorten.js';
import type { ApiClient } from './api-client.js';
import { connectApi } from './api-connection.js';
import { CommandFailure } from './failure.js';
import { followCampaign, showSummary, type Progress } from './follow-campaign.js';
import { graphql, operation, type OperationOf, type ResultOf, type VariablesOf } from './graphql.js';
import type { CommandContext } from './shell.js';
import { writeTable } from './table.js';

/** Of statuses and reasons only the case is changed: the API refuses what is none. */
export interface ListOptions {
  status?: NonNullable<VariablesOf<typeof LIST>['filter']>['status'];
  poll?: string;
  search?: string;
  attention?: true;
  limit: number;
  json?: true;
}

type Retry = VariablesOf<OperationOf<'retryDeliveries'>>;
export interface RetryOptions {
  status: Retry['statuses'];
  reason?: Retry['reasons'];
}

export type CampaignsCommand =
  | ({ kind: 'list' } & ListOptions)
  | { kind: 'show'; id: string; json?: true }
  | { kind: 'start'; id: string; besideAnother: boolean }
  | { kind: 'pause' | 'resume' | 'cancel'; ids: string[] }
  | ({ kind: 'retry'; id: string } & RetryOptions)
  | { kind: 'watch'; id: string };

interface UserErrors {
  userErrors: { message: string }[];
}

const FIELDS = `
  id name status topic { id title } totalUsers pendingUsers sentUsers failedUsers skippedUsers unconfirmedUsers
  progressPercentage messagesPerSecond scheduledFor startedAt finishedAt estimatedFinishAt createdBy
  failure { code message } standstill { code message }
`;

const LIST = graphql(`query ($filter: CampaignFilter, $first: Int, $after: String) {
  campaigns(filter: $filter, first: $first, after: $after) {
    nodes { ${FIELDS} } pageInfo { hasNextPage endCursor }
  }
}`);

const SHOW = graphql(`query ($id: ID!) { campaign(id: $id) { ${FIELDS} outcomes { status reason count } } }`);

const START = graphql(`mutation ($id: ID!, $besideAnother: Boolean!) {
  startCampaign(id: $id, besideAnother: $besideAnother) { campaign { id status } userErrors { message } }
}`);

type Campaign = ResultOf<typeof LIST>['campaigns']['nodes'][number];

const MAX_PAGE = 100;
const NAME_SHOWN = 40;

/** Works on campaigns over the public API. */
export async function campaignsCommand(context: CommandContext, command: CampaignsCommand): Promise<void> {
  const api = connectApi(context.settings);
  await context.interruption.orElse(run(api, command, context));
}

function run(api: ApiClient, command: CampaignsCommand, context: CommandContext): Promise<void> {
  const { output } = context;
  switch (command.kind) {
    case 'list':
      return list(api, command, output);
    case 'show':
      return show(api, command, output);
    case 'start':
      return start(api, command, output);
    case 'retry':
      return retry(api, command, output);
    case 'watch':
      return watch(api, command.id, context);
    default:
      return changeAll(api, command.kind, command.ids, output);
  }
}

async function list(
  api: ApiClient,
  { status, poll, search, attention, limit, json }: ListOptions,
  output: Console,
) {
  const filter = { status, topicId: poll, nameContains: search, needsAttention: attention };
  const found: Campaign[] = [];
  let after: string | null = null;
  let more = true;
  while (more && found.length < limit) {
    const first = Math.min(MAX_PAGE, limit - found.length);
    const { campaigns: page }: ResultOf<typeof LIST> = await api.run(LIST, { filter, first, after });
    found.push(...page.nodes);
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  if (json) {
    for (const campaign of found) output.log(JSON.stringify(campaign));
    return;
  }
  writeTable([['ID', 'STATUS', 'DONE', 'TOTAL', 'SENT', 'FAILED', 'WHAT'], ...found.map(toLine)], output);
  if (more) output.error(`There are more: --limit shows more than ${limit}.`);
}

/** What people call it, or else the poll, and what holds it up. */
function toLine(campaign: Campaign): string[] {
  const { id, name, topic, status, progressPercentage, totalUsers, sentUsers, failedUsers } = campaign;
  const trouble = campaign.failure ?? campaign.standstill;
  return [
    toKey('campaign', id),
    status,
    `${progressPercentage.toFixed(1)} %`,
    String(totalUsers),
    String(sentUsers),
    String(failedUsers),
    shorten(name ?? topic.title, NAME_SHOWN) + (trouble ? ` (${trouble.code})` : ''),
  ];
}

async function find(api: ApiClient, id: string): Promise<NonNullable<ResultOf<typeof SHOW>['campaign']>> {
  const { campaign } = await api.run(SHOW, { id });
  if (!campaign)
    throw new CommandFailure(`There is no campaign ${id}: "npm run campaigns -- list" shows them.`);
  return campaign;
}

async function show(
  api: ApiClient,
  { id, json }: { id: string; json?: true },
  output: Console,
): Promise<void> {
  const campaign = await find(api, id);
  if (json) {
    output.log(JSON.stringify(campaign));
    return;
  }
  const { name, status, topic, createdBy, failure, standstill } = campaign;
  const facts: [string, string | null][] = [
    ['Name', name],
    ['Poll', `${toKey('poll', topic.id)} ${topic.title}`],
    ['Status', status],
    [
      'Progress',
      `${campaign.progressPercentage.toFixed(1)} %, ${campaign.messagesPerSecond.toFixed(1)} messages a second`,
    ],
    ['Created by', createdBy],
    ['Scheduled for', campaign.scheduledFor],
    ['Started', campaign.startedAt],
    ['Finished', campaign.finishedAt],
    ['Expected', campaign.estimatedFinishAt],
    ['Why', failure?.message ?? standstill?.message ?? null],
  ];
  output.log(`Campaign ${toKey('campaign', campaign.id)}`);
  writeTable(
    facts.flatMap(([label, value]) => (value === null ? [] : [[`  ${label}`, value]])),
    output,
  );
  const outcomes = campaign.outcomes.map(({ status: of, reason, count }) => [
    `  ${of}`,
    reason ?? '',
    String(count),
  ]);
  writeTable([...outcomes, ['  total', '', String(campaign.totalUsers)]], output);
}

/** @throws CommandFailure with what stands in the way */
function requireDone({ userErrors }: UserErrors): void {
  if (userErrors.length > 0) throw new CommandFailure(userErrors.map(({ message }) => message).join('\n'));
}

async function start(
  api: ApiClient,
  { id, besideAnother }: { id: string; besideAnother: boolean },
  output: Console,
): Promise<void> {
  const { startCampaign } = await api.run(START, { id, besideAnother });
  requireDone(startCampaign);
  output.log(
    `Campaign ${toKey('campaign', id)} is PROCESSING: "npm run campaigns -- watch ${id}" shows how it goes.`,
  );
}

async function retry(
  api: ApiClient,
  { id, status: statuses, reason: reasons }: { id: string } & RetryOptions,
  output: Console,
): Promise<void> {
  const { retryDeliveries } = await api.run(operation('retryDeliveries'), {
    campaignId: id,
    statuses,
    reasons,
  });
  requireDone(retryDeliveries);
  output.log(
    `Campaign ${toKey('campaign', id)} is PROCESSING again for ${retryDeliveries.retriedCount} users.`,
  );
}

/** All that can be changed are; the exit code says that some could not. */
async function changeAll(
  api: ApiClient,
  event: 'pause' | 'resume' | 'cancel',
  ids: readonly string[],
  output: Console,
): Promise<void> {
  const [payload] = Object.values(await api.run(operation(`${event}Campaigns`), { ids }));
  if (!payload) throw new CommandFailure('The API answered nothing.');
  for (const { id, status } of payload.campaigns)
    output.log(`Campaign ${toKey('campaign', id)} is ${status}.`);
  requireDone(payload);
}

async function watch(api: ApiClient, id: string, { output, stderr }: CommandContext): Promise<void> {
  const onWaiting = ({ status }: Progress) => {
    output.error(
      `Campaign ${toKey('campaign', id)} is ${status}: its progress is shown once its audience is known.`,
    );
  };
  const { id: campaignId } = await find(api, id);
  const last = await followCampaign(api, campaignId, { patient: true, onWaiting, stderr });
  showSummary(id, last, '', output);
  if (last.status !== 'COMPLETED') throw new CommandFailure(`The campaign ended as ${last.status}.`);
}
