import { beforeAll, describe, expect, test } from '@jest/globals';
import { codeOf, overHttp, overSocket, TRANSPORTS, type Operation } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { emptyDatabase } from '../support/empty.js';
import { app } from './app.js';

const VARIABLE =
  'query ($first: Int!, $filter: CampaignFilter) { campaigns(first: $first, filter: $filter) { totalCount } }';

describe('errors of a request', () => {
  beforeAll(() => emptyDatabase(app));

  describe.each(TRANSPORTS)('over %s', (_name, send) => {
    test.each<[string, Operation, string]>([
      ['text that is no GraphQL', { query: '{ polls ' }, 'GRAPHQL_PARSE_FAILED'],
      ['an unknown field', { query: '{ polls { colour } }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [
        'a literal of the wrong type',
        { query: '{ polls(first: "2") { totalCount } }' },
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'a literal that is no instant',
        { query: '{ campaigns(filter: { createdAfter: "today" }) { totalCount } }' },
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['a missing variable', { query: VARIABLE }, 'BAD_USER_INPUT'],
      ['a variable of the wrong type', { query: VARIABLE, variables: { first: 'two' } }, 'BAD_USER_INPUT'],
      [
        'an unknown enum value',
        { query: VARIABLE, variables: { first: 1, filter: { status: ['LOST'] } } },
        'BAD_USER_INPUT',
      ],
      [
        'a variable that is no instant',
        { query: VARIABLE, variables: { first: 1, filter: { createdAfter: '2026-02-31' } } },
        'BAD_USER_INPUT',
      ],
      ['an argument that cannot be used', { query: VARIABLE, variables: { first: 101 } }, 'BAD_USER_INPUT'],
      [
        'a text that cannot be stored',
        { query: '{ polls(filter: { titleContains: "\\u0000" }) { totalCount } }' },
        'BAD_USER_INPUT',
      ],
      [
        'an operation that is not there',
        { query: 'query A { polls { totalCount } }', operationName: 'B' },
        'OPERATION_RESOLUTION_FAILURE',
      ],
    ])('%s has its code', async (_case, operation, code) => {
      const answer = await send(app.url, operation);
      expect(codeOf(answer)).toBe(code);
      expect(answer.data ?? null).toBeNull();
      expect(JSON.stringify(answer)).not.toMatch(/stacktrace|node_modules/);
    });
  });

  describe('the codes', () => {
    test('come with a message that says what is wrong', async () => {
      for (const send of [overHttp, overSocket]) {
        const answer = await send(app.url, { query: '{ polls { titel } }' });
        expect(answer.errors?.[0]?.message).toContain('Cannot query field "titel"');
      }
    });
  });

  describe('an import of the longest names that are allowed', () => {
    test('is not too large', async () => {
      const long = { username: 'u'.repeat(32), firstName: 'f'.repeat(64), lastName: 'ł'.repeat(64) };
      const users = Array.from({ length: 2000 }, (_, index) => ({ id: String(index + 1), ...long }));
      const query = `mutation ($users: [TelegramUserInput!]!) {
        importTelegramUsers(users: $users) { created userErrors { message } }
      }`;
      const answer = await overHttp(app.url, { query, variables: { users } });
      expect(answer).toMatchObject({ data: { importTelegramUsers: { created: 2000, userErrors: [] } } });
    });
  });

  describe('an internal failure', () => {
    test('is told without any detail, which goes to the log instead', async () => {
      await app.database.query("INSERT INTO poll (title) VALUES ('Broken')");
      const output = app.outputFromNow();
      await app.database.query('ALTER TABLE question RENAME TO out_of_reach');
      try {
        for (const send of [overHttp, overSocket]) {
          const answer = await send(app.url, { query: '{ polls { nodes { title questions { text } } } }' });
          expect(answer.data ?? null).toBeNull();
          expect(answer.errors).toEqual([
            {
              message: 'Something went wrong on our side.',
              path: ['polls', 'nodes', 0, 'questions'],
              locations: [{ line: 1, column: 25 }],
              extensions: { code: 'INTERNAL_SERVER_ERROR' },
            },
          ]);
        }
      } finally {
        await app.database.query('ALTER TABLE out_of_reach RENAME TO question');
      }
      const logged = await waitFor('both failures in the log', () => {
        const lines = output().split('\n');
        const failures = lines.filter((line) => line.includes('an operation failed'));
        return failures.length === 2 ? failures : undefined;
      });
      for (const line of logged) expect(line).toContain('relation \\"question\\" does not exist');
    });
  });
});
