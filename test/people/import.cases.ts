import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql } from '../../src/cli/graphql.js';
import { expectRefusal, mutate } from '../support/mutations.js';
import { overHttp, overSocket } from '../support/requests.js';
import { emptyApp } from '../support/empty.js';
import { app } from './app.js';

const ADA = { id: '7105', username: 'ada_l', firstName: 'Ada', lastName: 'Lovelace', languageCode: 'en' };

async function importUsers(users: object[]): Promise<void> {
  expect((await mutate(app, 'importTelegramUsers', { users })).userErrors).toEqual([]);
}

async function user(id: string): Promise<unknown> {
  const { telegramUsers } = await app
    .client()
    .run(
      graphql(
        '{ telegramUsers(first: 100) { nodes { id: telegramId username firstName lastName languageCode } } }',
      ),
    );
  return telegramUsers.nodes.find((node) => node.id === id);
}

describe('importing people', () => {
  beforeAll(() => emptyApp(app));

  describe('an import', () => {
    test('leaves what is left out as it is', async () => {
      await importUsers([ADA]);
      await importUsers([{ id: ADA.id }]);
      expect(await user(ADA.id)).toEqual(ADA);
      await importUsers([
        { id: ADA.id, lastName: 'Byron' },
        { id: '7106', firstName: 'Bo' },
      ]);
      expect(await user(ADA.id)).toEqual({ ...ADA, lastName: 'Byron' });
    });

    test.each(['username', 'firstName', 'lastName', 'languageCode'])(
      'clears a %s that is null',
      async (field) => {
        await importUsers([ADA]);
        await importUsers([{ id: ADA.id, [field]: null }]);
        expect(await user(ADA.id)).toEqual({ ...ADA, [field]: null });
      },
    );

    test('takes off a leading @, spaces around and a byte order mark', async () => {
      await importUsers([
        {
          id: '\uFEFF7107 ',
          username: ' @grace_h\u00A0',
          firstName: '\uFEFF Grace ',
          lastName: ' ',
          languageCode: '',
        },
      ]);
      expect(await user('7107')).toEqual({
        id: '7107',
        username: 'grace_h',
        firstName: 'Grace',
        lastName: null,
        languageCode: null,
      });
    });

    test.each(['ab', 'ada lovelace', '@@ada_l', 'ädal', '1ada', '_ada', 'ada-l', 't.me/ada_l', 'ada_l\0'])(
      'refuses the username %j with its row',
      (username) =>
        expectRefusal(
          app,
          'importTelegramUsers',
          { users: [{ id: '1' }, { id: '2', username }] },
          'users.1.username',
          'INVALID',
        ),
    );

    test('finds the same person twice also behind what it takes off', () =>
      expectRefusal(
        app,
        'importTelegramUsers',
        { users: [{ id: '1' }, { id: ' 1' }] },
        'users.1.id',
        'INVALID',
      ));
  });

  describe('an id', () => {
    const query =
      'mutation ($users: [TelegramUserInput!]!) { importTelegramUsers(users: $users) { created } }';
    const ABOVE = '9007199254740993';

    test.each([
      ['HTTP', overHttp],
      ['a WebSocket', overSocket],
    ] as const)(
      'that is a JSON number above 2^53 is refused instead of rounded, over %s',
      async (_name, send) => {
        // JSON.stringify would round it before it is sent.
        const id = JSON.parse(ABOVE) as number;
        const answer = await send(app.url, { query, variables: { users: [{ id: '5' }, { id }] } });
        expect(answer.errors).toMatchObject([
          {
            message: expect.stringContaining('give it as a string'),
            extensions: { code: 'BAD_USER_INPUT' },
          },
        ]);
        expect(answer.errors?.[0]?.message).toContain('users[1].id');
        expect(await user('5')).toBeUndefined();
      },
    );

    test.each([[2 ** 53 - 1], ['4200001'], [4_200_001]])('%j is taken as it is', async (id) => {
      const { errors } = await overHttp(app.url, {
        query: 'query ($id: ID!) { campaign(id: $id) { id } }',
        variables: { id },
      });
      expect(errors).toBeUndefined();
    });
  });
});
