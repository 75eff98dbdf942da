import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { graphql, type ApiDocument, type ResultOf } from '../../src/cli/graphql.js';
import { projectPath } from '../../src/config/paths.js';
import type { TestApp } from './app.js';
import { withAnyVariables } from './untyped.js';

export type Arguments = Record<string, unknown>;

const ERRORS = 'userErrors { field code message }';
const GROUP = `group { name memberCount reachableCount } changedCount ${ERRORS}`;

const MUTATIONS = {
  createPoll: graphql(
    `mutation ($input: CreatePollInput!) { payload: createPoll(input: $input) { poll { id } ${ERRORS} } }`,
  ),
  updatePoll: graphql(`mutation ($id: ID!, $input: UpdatePollInput!) {
    payload: updatePoll(id: $id, input: $input) { poll { id } ${ERRORS} } }`),
  openPoll: graphql(`mutation ($id: ID!) { payload: openPoll(id: $id) { poll { id } ${ERRORS} } }`),
  closePoll: graphql(`mutation ($id: ID!) { payload: closePoll(id: $id) { poll { id } ${ERRORS} } }`),
  importTelegramUsers: graphql(`mutation ($users: [TelegramUserInput!]!) {
    payload: importTelegramUsers(users: $users) { created updated ${ERRORS} } }`),
  addToGroup: graphql(`mutation ($group: String!, $userIds: [ID!]!) {
    payload: addToGroup(group: $group, userIds: $userIds) { ${GROUP} } }`),
  removeFromGroup: graphql(`mutation ($group: String!, $userIds: [ID!]!) {
    payload: removeFromGroup(group: $group, userIds: $userIds) { ${GROUP} } }`),
  deletePoll: graphql(`mutation ($id: ID!) { payload: deletePoll(id: $id) { deletedId ${ERRORS} } }`),
  deleteCampaign: graphql(`mutation ($id: ID!) { payload: deleteCampaign(id: $id) { deletedId ${ERRORS} } }`),
  recordPollCompletions: graphql(`mutation ($pollId: ID!, $userIds: [ID!]!) {
    payload: recordPollCompletions(pollId: $pollId, userIds: $userIds) { recorded ${ERRORS} } }`),
  createCampaign: graphql(`mutation ($input: CreateCampaignInput!) {
    payload: createCampaign(input: $input) { campaign { id } ${ERRORS} } }`),
  startCampaign: graphql(
    `mutation ($id: ID!) { payload: startCampaign(id: $id) { campaign { id } ${ERRORS} } }`,
  ),
  pauseCampaign: graphql(
    `mutation ($id: ID!) { payload: pauseCampaign(id: $id) { campaign { id } ${ERRORS} } }`,
  ),
  resumeCampaign: graphql(
    `mutation ($id: ID!) { payload: resumeCampaign(id: $id) { campaign { id } ${ERRORS} } }`,
  ),
};
export type Mutation = keyof typeof MUTATIONS;
export type PayloadOf<Name extends Mutation> = ResultOf<(typeof MUTATIONS)[Name]>['payload'];

/** Runs a mutation with variables that it may have to refuse. */
export async function mutate<Name extends Mutation>(
  app: TestApp,
  mutation: Name,
  variables: Arguments,
): Promise<PayloadOf<Name>> {
  const document: ApiDocument<{ payload: PayloadOf<Name> }, never> = MUTATIONS[mutation];
  return (await app.client().run(withAnyVariables(document), variables)).payload;
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
  const jobs = (await app.jobs.all()) as { name: string }[];
  // This one runs now and then, whatever anybody does.
  const others = jobs.filter(({ name }) => name !== 'reconcile');
  return [await app.database.query(`SELECT ${prints.join(', ')}`), others];
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
