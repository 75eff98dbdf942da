import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql, operation, type VariablesOf } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import { createOpenPoll, createUsers } from '../support/factories.js';
import { expectRefusal, mutate } from '../support/mutations.js';
import { overHttp } from '../support/requests.js';
import { app } from './app.js';

let users: string[];

async function groups(): Promise<unknown> {
  const query = graphql('{ groups { name memberCount reachableCount } }');
  return (await app.client().run(query)).groups;
}

const PEOPLE = graphql(
  'query ($filter: TelegramUserFilter) { telegramUsers(filter: $filter) { totalCount nodes { telegramId groups } } }',
);

/** Groups of each person who is found, by id. */
async function people(filter: VariablesOf<typeof PEOPLE>['filter']): Promise<Record<string, string[]>> {
  const { telegramUsers } = await app.client().run(PEOPLE, { filter });
  expect(telegramUsers.totalCount).toBe(telegramUsers.nodes.length);
  return Object.fromEntries(telegramUsers.nodes.map(({ telegramId, groups: own }) => [telegramId, own]));
}

async function countsOf(id: string): Promise<unknown> {
  const query = graphql(
    'query ($id: ID!) { poll(id: $id) { participantCount completedCount audienceSize } }',
  );
  return (await app.client().run(query, { id })).poll;
}

async function importUsers(...given: object[]): Promise<void> {
  expect((await mutate(app, 'importTelegramUsers', { users: given })).userErrors).toEqual([]);
}

describe('groups of people', () => {
  beforeAll(async () => {
    await emptyApp(app);
    users = await createUsers(app.database, 5, 501);
  });
  beforeEach(() =>
    app.database.query(`
      DELETE FROM poll_group; DELETE FROM group_member; DELETE FROM user_group;
      UPDATE telegram_user SET status = 'ACTIVE', opted_out_at = NULL`),
  );

  describe('an import', () => {
    test('replaces the whole set of groups that are given, and leaves others as they are', async () => {
      await importUsers({ id: '501', groups: ['Sales', 'Night shift'] }, { id: '502', groups: ['SALES '] });
      expect(await people({ groups: ['sales'] })).toEqual({ 501: ['Night shift', 'Sales'], 502: ['Sales'] });
      await importUsers({ id: '501', groups: ['Kitchen'] }, { id: '502', firstName: 'Bo' });
      expect(await people({ groups: ['Sales', 'Kitchen', 'None'] })).toEqual({
        501: ['Kitchen'],
        502: ['Sales'],
      });
      await importUsers({ id: '501', groups: [] }, { id: '502', groups: null });
      expect(await people({ groups: ['Sales', 'Kitchen'] })).toEqual({});
      // Nobody needs them any more.
      expect(await groups()).toEqual([]);
    });

    test('knows a name by its letters, whatever their case and composition', async () => {
      await importUsers({ id: '501', groups: ['Ämter', 'a\u0308MTER', 'ÄMTER'] });
      expect(await groups()).toEqual([{ name: 'Ämter', memberCount: 1, reachableCount: 1 }]);
      expect(await people({ groups: ['A\u0308mter'] })).toEqual({ 501: ['Ämter'] });
    });

    test.each([
      ['an empty name', [' \u200b'], 'groups.0'],
      ['a long name', ['fine', 'x'.repeat(101)], 'groups.1'],
      ['very many', Array.from({ length: 101 }, (_, place) => `group ${place}`), 'groups'],
    ])('refuses %s', (_what, names, field) =>
      expectRefusal(
        app,
        'importTelegramUsers',
        { users: [{ id: '1' }, { id: '2', groups: names }] },
        `users.1.${field}`,
        'INVALID',
      ),
    );

    test('takes time zones by their IANA names', async () => {
      await importUsers({ id: '501', timeZone: 'europe/lisbon' });
      const zone = async () =>
        (await app.database.query('SELECT time_zone AS zone FROM telegram_user WHERE id = 501'))[0];
      expect(await zone()).toEqual({ zone: 'Europe/Lisbon' });
      await importUsers({ id: '501' });
      expect(await zone()).toEqual({ zone: 'Europe/Lisbon' });
      await importUsers({ id: '501', timeZone: null });
      expect(await zone()).toEqual({ zone: null });
    });

    test.each(['Mars/Olympus', '+02:00', '../etc/passwd', "Europe/Lisbon'; --"])(
      'refuses the time zone %j',
      (timeZone) =>
        expectRefusal(
          app,
          'importTelegramUsers',
          { users: [{ id: '501', timeZone }] },
          'users.0.timeZone',
          'INVALID',
        ),
    );
  });

  describe('addToGroup and removeFromGroup', () => {
    test('change who belongs to it, and say how many that concerned', async () => {
      await app.database.query(`UPDATE telegram_user SET status = 'BLOCKED' WHERE id = 503`);
      const added = await mutate(app, 'addToGroup', { group: ' Sales', userIds: users.slice(0, 3) });
      const sales = { name: 'Sales', memberCount: 3, reachableCount: 2 };
      expect(added).toEqual({ group: sales, changedCount: 3, userErrors: [] });
      const again = await mutate(app, 'addToGroup', { group: 'sales', userIds: ['user_503', 'user_504'] });
      expect(again).toMatchObject({ group: { name: 'Sales', memberCount: 4 }, changedCount: 1 });
      const removed = await mutate(app, 'removeFromGroup', { group: 'SALES', userIds: users.slice(2) });
      expect(removed).toEqual({
        group: { name: 'Sales', memberCount: 2, reachableCount: 2 },
        changedCount: 2,
        userErrors: [],
      });
      expect(await people({ groups: ['Sales'] })).toEqual({ 501: ['Sales'], 502: ['Sales'] });
    });

    test('forget a group that nobody belongs to, unless a poll names it', async () => {
      await mutate(app, 'addToGroup', { group: 'Sales', userIds: ['501'] });
      await mutate(app, 'addToGroup', { group: 'Kitchen', userIds: ['501'] });
      const question = { text: 'Why?', options: ['Because', 'No idea'] };
      await mutate(app, 'createPoll', {
        input: { title: 'Lunch', questions: [question], groups: ['kitchen'] },
      });
      await mutate(app, 'removeFromGroup', { group: 'Sales', userIds: ['501'] });
      await mutate(app, 'removeFromGroup', { group: 'Kitchen', userIds: ['501'] });
      expect(await groups()).toEqual([{ name: 'Kitchen', memberCount: 0, reachableCount: 0 }]);
    });

    test('name those whom they do not know', async () => {
      const { userErrors } = await mutate(app, 'addToGroup', {
        group: 'Sales',
        userIds: ['501', '77', '78'],
      });
      expect(userErrors).toEqual([
        { field: ['userIds', '1'], code: 'NOT_FOUND', message: 'There is no user 77.' },
        { field: ['userIds', '2'], code: 'NOT_FOUND', message: 'There is no user 78.' },
      ]);
      expect(await groups()).toEqual([]);
    });

    test('name the groups that are near an unknown one', async () => {
      await importUsers({ id: '501', groups: ['Accounting', 'Kitchen'] });
      const { userErrors } = await mutate(app, 'removeFromGroup', { group: 'Acounting', userIds: [] });
      expect(userErrors).toEqual([
        {
          field: ['group'],
          code: 'NOT_FOUND',
          message: 'There is no group “Acounting”: did you mean “Accounting”?',
        },
      ]);
    });

    test.each([
      ['addToGroup', { group: '', userIds: ['501'] }, 'group', 'INVALID'],
      ['addToGroup', { group: 'x'.repeat(101), userIds: ['501'] }, 'group', 'INVALID'],
      ['addToGroup', { group: 'Sales', userIds: ['poll_1'] }, 'userIds.0', 'NOT_FOUND'],
      ['addToGroup', { group: 'Sales', userIds: Array(2001).fill('501') }, 'userIds', 'INVALID'],
      ['removeFromGroup', { group: "'; DROP TABLE poll; --", userIds: [] }, 'group', 'NOT_FOUND'],
    ] as const)('%s refuses %j', (mutation, variables, field, code) =>
      expectRefusal(app, mutation, variables, field, code),
    );

    test('at once, by many, leave nobody out and wait for ever for nobody', async () => {
      const names = ['One', 'Two', 'Three'];
      const calls = Array.from({ length: 24 }, (_, place) => {
        const group = names[place % 3] ?? '';
        return mutate(app, place % 2 ? 'removeFromGroup' : 'addToGroup', { group, userIds: users });
      });
      const imports = names.map((name) => importUsers(...users.map((id) => ({ id, groups: [name, 'All'] }))));
      await Promise.all([...calls, ...imports]);
      expect(Object.keys(await people({ groups: ['All'] }))).toEqual(users);
    });

    test('at once count nobody twice for a poll that is for several groups, while some complete it', async () => {
      await app.database.query("UPDATE telegram_user SET status = 'ACTIVE'");
      const groups = ['North', 'East', 'South', 'West'];
      for (const group of groups) await mutate(app, 'addToGroup', { group, userIds: users.slice(0, 1) });
      const id = await createOpenPoll(app.client(), { groups });
      const all = (mutation: 'addToGroup' | 'removeFromGroup') =>
        groups.map((group) => mutate(app, mutation, { group, userIds: users }));
      const done = users.slice(0, 2);
      await Promise.all([
        ...all('addToGroup'),
        mutate(app, 'recordPollCompletions', { pollId: id, userIds: done }),
        ...done.map((userId) => app.client().run(operation('setReminders'), { userId, wanted: false })),
      ]);
      expect(await countsOf(id)).toEqual({
        participantCount: users.length,
        completedCount: done.length,
        audienceSize: users.length - done.length,
      });
      await Promise.all(all('removeFromGroup'));
      expect(await countsOf(id)).toEqual({
        participantCount: 0,
        completedCount: done.length,
        audienceSize: 0,
      });
    });
  });

  test('a filter with very many groups is refused', async () => {
    const { errors } = await overHttp(app.url, {
      query: 'query ($groups: [String!]) { telegramUsers(filter: { groups: $groups }) { nodes { id } } }',
      variables: { groups: Array(101).fill('x') },
    });
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});
