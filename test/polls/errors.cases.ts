import { beforeAll, describe, expect, test } from '@jest/globals';
import { emptyApp } from '../support/empty.js';
import { createOpenPoll, createUsers } from '../support/factories.js';
import { databasePrint, expectRefusal, mutate, type Arguments, type Mutation } from '../support/mutations.js';
import { app } from './app.js';

const PAST = '2020-01-01T00:00:00.000Z';
const UNKNOWN = '999999';
const QUESTION = { text: 'How was it?', options: ['Good', 'Bad'] };
const polls = { draft: '', open: '', closed: '', overdue: '', unknown: UNKNOWN, 'no number': 'x' };

function newPoll(change: Arguments = {}): Arguments {
  return { title: 'Poll', questions: [QUESTION], ...change };
}

/** A poll whose second question is changed. */
function withQuestion(change: Arguments): Arguments {
  return { questions: [QUESTION, { ...QUESTION, ...change }] };
}

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

describe('refusals of polls and people', () => {
  beforeAll(async () => {
    await emptyApp(app);
    const api = app.client();
    await createUsers(app.database, 3, 1);
    const { poll } = await mutate(app, 'createPoll', { input: newPoll() });
    polls.draft = poll?.id ?? '';
    polls.open = await createOpenPoll(api);
    polls.closed = await createOpenPoll(api);
    polls.overdue = await createOpenPoll(api);
    await mutate(app, 'closePoll', { id: polls.closed });
    await app.database.query('UPDATE poll SET closes_at = $2 WHERE id = $1', [polls.overdue, PAST]);
  });

  describe('createPoll refuses', () => {
    test.each<[string, string, Arguments]>([
      ['no title', 'title', { title: '' }],
      ['a blank title', 'title', { title: ' \n' }],
      ['a long title', 'title', { title: 'x'.repeat(201) }],
      ['a long description', 'description', { description: 'x'.repeat(2001) }],
      ['a closing time that has passed', 'closesAt', { closesAt: PAST }],
      ['no questions', 'questions', { questions: [] }],
      ['101 questions', 'questions', { questions: times(101, QUESTION) }],
      ['an empty question', 'questions.1.text', withQuestion({ text: '' })],
      ['a blank question', 'questions.1.text', withQuestion({ text: ' ' })],
      ['an invisible question', 'questions.1.text', withQuestion({ text: '\u200B\u2060' })],
      ['a long question', 'questions.1.text', withQuestion({ text: 'x'.repeat(1001) })],
      ['a single option', 'questions.1.options', withQuestion({ options: ['Yes'] })],
      ['51 options', 'questions.1.options', withQuestion({ options: times(51, 'Yes') })],
      ['an empty option', 'questions.1.options', withQuestion({ options: ['Yes', ''] })],
      ['a blank option', 'questions.1.options', withQuestion({ options: ['Yes', ' '] })],
      ['a long option', 'questions.1.options', withQuestion({ options: ['Yes', 'x'.repeat(201)] })],
    ])('%s', (_what, field, change) =>
      expectRefusal(app, 'createPoll', { input: newPoll(change) }, `input.${field}`, 'INVALID'),
    );

    test('several things at once', async () => {
      const before = await databasePrint(app);
      const input = newPoll({ title: '', closesAt: PAST, questions: [{ text: '', options: ['One'] }] });
      const { poll, userErrors } = await mutate(app, 'createPoll', { input });
      expect(poll).toBeNull();
      expect(userErrors.map(({ field }) => field?.join('.')).sort()).toEqual([
        'input.closesAt',
        'input.questions.0.options',
        'input.questions.0.text',
        'input.title',
      ]);
      expect(await databasePrint(app)).toEqual(before);
    });
  });

  describe('the status of a poll', () => {
    test.each<[Mutation, keyof typeof polls, string]>([
      ['openPoll', 'unknown', 'NOT_FOUND'],
      ['openPoll', 'no number', 'NOT_FOUND'],
      ['openPoll', 'open', 'INVALID_STATE'],
      ['openPoll', 'overdue', 'POLL_CLOSED'],
      ['closePoll', 'unknown', 'NOT_FOUND'],
      ['closePoll', 'no number', 'NOT_FOUND'],
      ['closePoll', 'draft', 'INVALID_STATE'],
      ['closePoll', 'closed', 'INVALID_STATE'],
    ])('%s refuses the poll that is %s', (mutation, poll, code) =>
      expectRefusal(app, mutation, { id: polls[poll] }, 'id', code),
    );

    test('goes from draft to open to closed, and to open once more', async () => {
      const { poll } = await mutate(app, 'createPoll', { input: newPoll() });
      for (const mutation of ['openPoll', 'closePoll', 'openPoll'] as const) {
        expect(await mutate(app, mutation, { id: poll?.id })).toEqual({
          poll,
          userErrors: [],
        });
      }
    });
  });

  describe('importTelegramUsers refuses', () => {
    test.each<[string, string, Arguments]>([
      ['id 0', 'id', { id: '0' }],
      ['a group', 'id', { id: '-100' }],
      ['an id that is no number', 'id', { id: 'ann' }],
      ['an id twice', 'id', { id: '801' }],
      ['a long username', 'username', { id: '802', username: 'x'.repeat(33) }],
      ['a long first name', 'firstName', { id: '802', firstName: 'x'.repeat(65) }],
      ['a long last name', 'lastName', { id: '802', lastName: 'x'.repeat(65) }],
      ['a long language', 'languageCode', { id: '802', languageCode: 'x'.repeat(36) }],
    ])('%s', (_what, field, user) =>
      expectRefusal(
        app,
        'importTelegramUsers',
        { users: [{ id: '801' }, user] },
        `users.1.${field}`,
        'INVALID',
      ),
    );

    test('2,001 people, and takes 2,000', async () => {
      const users = Array.from({ length: 2001 }, (_, index) => ({ id: String(index + 100_001) }));
      await expectRefusal(app, 'importTelegramUsers', { users }, 'users', 'INVALID');
      const taken = await mutate(app, 'importTelegramUsers', { users: users.slice(1) });
      expect(taken).toEqual({ created: 2000, updated: 0, userErrors: [] });
    });

    test('nobody who is given once: new people are created, known ones updated', async () => {
      const users = [{ id: '901', firstName: 'Ann' }, { id: '902' }];
      const first = await mutate(app, 'importTelegramUsers', { users });
      const second = await mutate(app, 'importTelegramUsers', { users: [...users, { id: '903' }] });
      expect(first).toEqual({ created: 2, updated: 0, userErrors: [] });
      expect(second).toEqual({ created: 1, updated: 2, userErrors: [] });
    });
  });

  describe('recordPollCompletions refuses', () => {
    test.each<[string, keyof typeof polls, string[], string, string]>([
      ['an unknown poll', 'unknown', ['1'], 'pollId', 'NOT_FOUND'],
      ['a poll that is no number', 'no number', ['1'], 'pollId', 'NOT_FOUND'],
      ['somebody unknown', 'open', ['1', UNKNOWN], 'userIds.1', 'NOT_FOUND'],
      ['somebody who is no number', 'open', ['1', 'x'], 'userIds.1', 'NOT_FOUND'],
      ['10,001 people', 'open', times(10_001, '1'), 'userIds', 'INVALID'],
    ])('%s', (_what, poll, userIds, field, code) =>
      expectRefusal(app, 'recordPollCompletions', { pollId: polls[poll], userIds }, field, code),
    );

    test('10,000 unknown people with a thousand errors, which tell enough', async () => {
      const userIds = ['1', ...Array.from({ length: 9999 }, (_, index) => String(8_000_000_000 + index))];
      const { userErrors } = await mutate(app, 'recordPollCompletions', { pollId: polls.open, userIds });
      const fields = Array.from({ length: 1000 }, (_, index) => ['userIds', String(index + 1)]);
      expect(userErrors.map(({ field }) => field)).toEqual(fields);
    });

    test('nothing that is known already, and counts it once', async () => {
      const completions = { pollId: polls.closed, userIds: ['1', '2', '2'] };
      const first = await mutate(app, 'recordPollCompletions', completions);
      const second = await mutate(app, 'recordPollCompletions', completions);
      expect([first, second]).toEqual([
        { recorded: 2, userErrors: [] },
        { recorded: 0, userErrors: [] },
      ]);
    });
  });
});
