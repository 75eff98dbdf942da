import { readFile } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll } from '../support/factories.js';
import { codeOf, overHttp, overSocket, TRANSPORTS } from '../support/requests.js';
import { operationsOf, type SchemaOperation } from '../support/schema-calls.js';
import { createToken } from '../support/tokens.js';
import { app } from './app.js';

const ROLES = ['VIEWER', 'OPERATOR', 'ADMIN'] as const;
type Role = (typeof ROLES)[number];

/** The least role that each operation takes. */
const LEAST_ROLE: Record<string, Role> = {
  apiTokens: 'ADMIN',
  auditLog: 'ADMIN',
  campaign: 'VIEWER',
  campaignPreview: 'VIEWER',
  campaigns: 'VIEWER',
  groups: 'VIEWER',
  installation: 'VIEWER',
  node: 'VIEWER',
  nodes: 'VIEWER',
  poll: 'VIEWER',
  polls: 'VIEWER',
  telegramUser: 'VIEWER',
  telegramUsers: 'VIEWER',
  viewer: 'VIEWER',

  addToGroup: 'ADMIN',
  cancelCampaign: 'ADMIN',
  cancelCampaigns: 'ADMIN',
  closePoll: 'ADMIN',
  createApiToken: 'ADMIN',
  createCampaign: 'OPERATOR',
  createPoll: 'ADMIN',
  deleteCampaign: 'ADMIN',
  deletePoll: 'ADMIN',
  deleteTelegramUser: 'ADMIN',
  importTelegramUsers: 'ADMIN',
  openPoll: 'ADMIN',
  pauseCampaign: 'OPERATOR',
  pauseCampaigns: 'OPERATOR',
  recordPollCompletions: 'ADMIN',
  removeFromGroup: 'ADMIN',
  resumeCampaign: 'OPERATOR',
  resumeCampaigns: 'OPERATOR',
  retryDeliveries: 'ADMIN',
  revokeApiToken: 'ADMIN',
  sendTestNotification: 'OPERATOR',
  setReminders: 'ADMIN',
  startCampaign: 'OPERATOR',
  updateCampaign: 'OPERATOR',
  updatePoll: 'ADMIN',

  campaignProgress: 'VIEWER',
  campaignsChanged: 'VIEWER',
};
let operations: SchemaOperation[];
const tokens = {} as Record<Role, string>;

function isAllowed(role: Role, { name }: SchemaOperation): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(LEAST_ROLE[name] ?? 'ADMIN');
}

/** What is said to a role that may not: which may. */
function sentenceOf({ name }: SchemaOperation): string {
  const roles = LEAST_ROLE[name] === 'OPERATOR' ? 'OPERATOR or ADMIN' : 'ADMIN';
  return `This token may not do that: it needs the role ${roles}.`;
}

/** Everything that a call could have changed. */
function content(): Promise<unknown[]> {
  return app.database.query(
    `SELECT (SELECT json_agg(poll) FROM poll) AS polls,
       (SELECT json_agg(campaign) FROM notification_campaign campaign) AS campaigns`,
  );
}

describe('roles', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    operations = await operationsOf(app);
    // Token 1, poll 1 and campaign 1 are what the operations are about.
    await createToken(app.database, 'first');
    for (const role of ROLES) tokens[role] = await createToken(app.database, `the-${role}`, role);
  });
  beforeEach(async () => {
    await app.database.query('TRUNCATE poll, notification_campaign RESTART IDENTITY CASCADE');
    await createCampaign(app.client(), await createOpenPoll(app.client()));
  });

  test('the table has a line for every operation of the schema', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(LEAST_ROLE).sort());
  });

  test('docs/api.md has the same table', async () => {
    const page = await readFile(projectPath('docs', 'api.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` +\| (yes|people|) *\| (yes|) *\| yes +\|$/gm)];
    const documented = rows.map(([, name = '', viewer, least]) => [
      name,
      viewer !== '' ? 'VIEWER' : least === 'yes' ? 'OPERATOR' : 'ADMIN',
    ]);
    expect(Object.fromEntries(documented)).toEqual(LEAST_ROLE);
  });

  describe.each(TRANSPORTS)('over %s', (transport, send) => {
    test.each(ROLES)('%s may call what the table says, and nothing else', async (role) => {
      // Over HTTP there are no subscriptions: see below. campaignsChanged answers when something changes: see its tests.
      const callable = operations.filter(
        ({ kind, name }) => kind !== 'subscription' || (transport !== 'HTTP' && name !== 'campaignsChanged'),
      );
      const forbidden = callable.filter((operation) => !isAllowed(role, operation));
      const before = await content();
      for (const operation of forbidden) {
        const { errors } = await send(app.url, operation.call, tokens[role]);
        const code = 'FORBIDDEN';
        expect([operation.name, errors]).toEqual([
          operation.name,
          [expect.objectContaining({ message: sentenceOf(operation), extensions: { code } })],
        ]);
      }
      expect(await content()).toEqual(before);

      for (const operation of callable.filter((candidate) => isAllowed(role, candidate))) {
        const answer = await send(app.url, operation.call, tokens[role]);
        // campaignPreview says so once the poll is closed.
        expect([operation.name, codeOf(answer) ?? 'BAD_USER_INPUT']).toEqual([
          operation.name,
          'BAD_USER_INPUT',
        ]);
      }
    });

    test.each([
      ['ADMIN_TOKEN', ADMIN_TOKEN, undefined],
      ['VIEWER_TOKEN', VIEWER_TOKEN, 'FORBIDDEN'],
    ])('the setting %s stays a way in', async (_name, token, code) => {
      expect(await send(app.url, { query: '{ polls { totalCount } }' }, token)).toMatchObject({
        data: { polls: { totalCount: 1 } },
      });
      expect(codeOf(await send(app.url, { query: '{ auditLog { totalCount } }' }, token))).toBe(code);
    });
  });

  test.each(ROLES)('over HTTP %s is told to subscribe over a WebSocket', async (role) => {
    const output = app.outputFromNow();
    const subscription = operations.find(({ kind }) => kind === 'subscription');
    if (!subscription) throw new Error('The schema has no subscription.');
    expect(await overHttp(app.url, subscription.call, tokens[role])).toEqual({
      status: 400,
      errors: [
        {
          message: 'Subscribe over a WebSocket to the same address, by the protocol graphql-transport-ws.',
          extensions: { code: 'SUBSCRIPTION_NEEDS_WEBSOCKET' },
        },
      ],
    });
    expect(output()).not.toContain('an operation failed');
  });

  test('an operator brings a campaign to its start', async () => {
    const query = 'mutation { startCampaign(id: 1) { campaign { status } userErrors { message } } }';
    expect(await overSocket(app.url, { query }, tokens.OPERATOR)).toEqual({
      data: { startCampaign: { campaign: { status: 'PROCESSING' }, userErrors: [] } },
    });
  });
});
