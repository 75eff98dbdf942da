import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import type { TestApp } from './app.js';
import type { UserError } from './factories.js';

export type Arguments = Record<string, unknown>;

/** Each mutation: its variables, how they are passed on, and what is selected beside userErrors. */
const MUTATIONS = {
  createPoll: ['$input: CreatePollInput!', 'input: $input', 'poll { id }'],
  updatePoll: ['$id: ID!, $input: UpdatePollInput!', 'id: $id, input: $input', 'poll { id }'],
  openPoll: ['$id: ID!', 'id: $id', 'poll { id }'],
  closePoll: ['$id: ID!', 'id: $id', 'poll { id }'],
  importTelegramUsers: ['$users: [TelegramUserInput!]!', 'users: $users', 'created updated'],
  addToGroup: [
    '$group: String!, $userIds: [ID!]!',
    'group: $group, userIds: $userIds',
    'group { name memberCount reachableCount } changedCount',
  ],
  removeFromGroup: [
    '$group: String!, $userIds: [ID!]!',
    'group: $group, userIds: $userIds',
    'group { name memberCount reachableCount } changedCount',
  ],
  deletePoll: ['$id: ID!', 'id: $id', 'deletedId'],
  deleteCampaign: ['$id: ID!', 'id: $id', 'deletedId'],
  recordPollCompletions: ['$pollId: ID!, $userIds: [ID!]!', 'pollId: $pollId, userIds: $userIds', 'recorded'],
  createCampaign: ['$input: CreateCampaignInput!', 'input: $input', 'campaign { id }'],
  startCampaign: ['$id: ID!', 'id: $id', 'campaign { id }'],
  pauseCampaign: ['$id: ID!', 'id: $id', 'campaign { id }'],
  resumeCampaign: ['$id: ID!', 'id: $id', 'campaign { id }'],
} as const;
export type Mutation = keyof typeof MUTATIONS;
export type Payload = { userErrors: UserError[] } & Record<string, unknown>;

export async function mutate(app: TestApp, mutation: Mutation, variables: Arguments): Promise<Payload> {
  const [declared, passed, selected] = MUTATIONS[mutation];
  const query = `mutation (${declared}) {
    payload: ${mutation}(${passed}) { ${selected} userErrors { field code message } }
  }`;
  return (await app.client().run<{ payload: Payload }>(query, variables)).payload;
}

const TABLES = [
  'poll',
  'question',
  'question_option',
  'telegram_user',
  'user_group',
  'group_member',
  'poll_group',
  'poll_completion',
  'notification_campaign',
];

/** Without what the api process finds out of running campaigns by itself, every second. */
const ROW =
  "to_jsonb(line) - '{version,updated_at,standstill_code,standstill_since,standstill_until}'::text[]";

/** A print of everything that a mutation could have written. */
export async function databasePrint(app: TestApp): Promise<unknown[]> {
  const prints = TABLES.map(
    (table) =>
      `(SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (SELECT (${ROW})::text AS line FROM ${table} line) lines) AS ${table}`,
  );
  return [await app.database.query(`SELECT ${prints.join(', ')}`), await app.jobs.all()];
}

/** The codes of userErrors that docs/api.md lists for a mutation. */
function documentedCodes(mutation: Mutation): string[] {
  const sections = readFileSync(projectPath('docs', 'api.md'), 'utf8').split('\n### ');
  const section = sections.find((text) => text.startsWith(`${mutation}\n`)) ?? '';
  const [, codes = ''] = /^User errors: (.*)$/m.exec(section) ?? [];
  return codes.replaceAll('`', '').split(', ');
}

/** Runs a mutation that must be refused, for one reason, with nothing written. @param field joined by dots */
export async function expectRefusal(
  app: TestApp,
  mutation: Mutation,
  variables: Arguments,
  field: string,
  code: string,
): Promise<void> {
  expect(documentedCodes(mutation)).toContain(code);
  const before = await databasePrint(app);
  const { userErrors, ...rest } = await mutate(app, mutation, variables);
  const sentence = expect.stringMatching(/^\S[^\n]*\.$/) as unknown;
  expect(userErrors).toEqual([{ field: field.split('.'), code, message: sentence }]);
  // A refused change answers the object as it is.
  for (const value of Object.values(rest)) if (typeof value !== 'object') expect(value).toBe(0);
  expect(await databasePrint(app)).toEqual(before);
}
