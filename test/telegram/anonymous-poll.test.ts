import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, operation } from '../../src/cli/graphql.js';
import { createOpenPoll } from '../support/factories.js';
import { Person } from '../support/person.js';
import { useApp } from '../support/use-app.js';

const app = useApp({ environment: { LOG_LEVEL: 'debug' } });

const QUESTIONS = [
  { text: 'Are you well paid?', options: ['Yes', 'No'] },
  { text: 'Do you trust us?', options: ['Yes', 'No'] },
];

const NEVER_CLOSE = graphql(
  'mutation ($id: ID!) { updatePoll(id: $id, input: { closesAt: null }) { userErrors { message } } }',
);
const CLOSE = graphql('mutation ($id: ID!) { closePoll(id: $id) { poll { id } } }');

/** So that no other number looks like the id of an option. */
beforeAll(() => app.database.query('ALTER TABLE question_option ALTER COLUMN id RESTART WITH 987654001'));

function createPoll(): Promise<string> {
  return createOpenPoll(app.client(), { questions: QUESTIONS, anonymous: true });
}

async function takes(person: Person, pollId: string, answers: readonly string[]): Promise<void> {
  const message = await person.asks(`/start poll_${pollId}`);
  expect(message.text).toContain('This poll is anonymous');
  for (const [place, answer] of answers.entries())
    await person.chooses(answer, place === 1 ? 'You have completed' : '2 of 2', message);
}

async function counts(pollId: string): Promise<number[]> {
  const { poll } = await app
    .client()
    .run(graphql('query ($id: ID!) { poll(id: $id) { questions { options { answerCount } } } }'), {
      id: pollId,
    });
  return (poll?.questions ?? []).flatMap(({ options }) => options.map(({ answerCount }) => answerCount));
}

/** Rows of any table in which a person and an option stand together. */
async function tracesOf(people: readonly Person[]): Promise<string[]> {
  const tables = await app.database.query<{ name: string }>(
    `SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await app.database.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    const isTrace = (row: string) =>
      /987654\d{3}/.test(row) && people.some(({ id }) => row.includes(String(id)));
    found.push(...rows.filter(({ row }) => isTrace(row)).map(({ row }) => `${name}: ${row}`));
  }
  return found;
}

describe('an anonymous poll', () => {
  test('keeps counts alone once it is completed, and shows them in steps of five', async () => {
    const pollId = await createPoll();
    const people = Array.from({ length: 6 }, () => new Person(app));
    const [first, ...others] = people as [Person, ...Person[]];
    await takes(first, pollId, ['Yes']);
    expect(await tracesOf([first])).toHaveLength(1);
    await first.chooses('No', 'You have completed', first.messages[0]);
    expect(first.labels(first.messages[0])).toEqual([]);
    await Promise.all(others.slice(0, 3).map((person) => takes(person, pollId, ['No', 'No'])));
    expect(await tracesOf(people)).toEqual([]);
    expect(await counts(pollId)).toEqual([0, 0, 0, 0]);
    for (const person of others.slice(3)) {
      await takes(person, pollId, ['No', 'Yes']);
      expect(await counts(pollId)).toEqual([1, 4, 1, 4]);
    }
    expect(await tracesOf(people)).toEqual([]);
    expect(app.output()).not.toMatch(/987654\d{3}/);

    const { poll, telegramUser } = await app.client().run(
      graphql(`query ($id: ID!, $user: ID!) {
        poll(id: $id) { anonymous completedCount participants { nodes { participation answeredQuestions } } }
        telegramUser(id: $user) { participations { nodes { participation answers { answeredAt } } } } }`),
      { id: pollId, user: String(first.id) },
    );
    expect(poll).toMatchObject({
      anonymous: true,
      completedCount: 6,
      participants: { nodes: people.map(() => ({ participation: 'COMPLETED', answeredQuestions: 2 })) },
    });
    expect(telegramUser).toEqual({
      participations: { nodes: [{ participation: 'COMPLETED', answers: null }] },
    });
    // What is completed is final, whatever is pressed.
    expect((await first.asks(`/start poll_${pollId}`)).text).toContain('You have completed');
  });

  test('shows no counts that differ by what one person chose', async () => {
    const pollId = await createPoll();
    const complete = (many: number, answer: string) =>
      Promise.all(Array.from({ length: many }, () => takes(new Person(app), pollId, [answer, answer])));
    const close = () => app.client().run(CLOSE, { id: pollId });
    await complete(5, 'Yes');
    await complete(1, 'No');
    await close();
    expect(await counts(pollId)).toEqual([5, 0, 5, 0]);
    await app.client().run(operation('openPoll'), { id: pollId });
    await complete(1, 'No');

    // By its closing time, by hand, and open again: what closing showed stays.
    await app.database.query(`UPDATE poll SET closes_at = now() - interval '1 minute' WHERE id = $1`, [
      pollId,
    ]);
    expect(await counts(pollId)).toEqual([5, 2, 5, 2]);
    await app.client().run(NEVER_CLOSE, { id: pollId });
    for (const chosen of ['Yes', 'No']) {
      await complete(1, chosen);
      expect(await counts(pollId)).toEqual([5, 2, 5, 2]);
      if (chosen === 'No') continue;
      await close();
      expect(await counts(pollId)).toEqual([5, 2, 5, 2]);
      await app.client().run(operation('openPoll'), { id: pollId });
    }
    await complete(3, 'Yes');
    expect(await counts(pollId)).toEqual([9, 3, 9, 3]);
    await complete(2, 'No');
    expect(await counts(pollId)).toEqual([9, 3, 9, 3]);
    await close();
    expect(await counts(pollId)).toEqual([9, 5, 9, 5]);
  });

  test('erases what was not completed when it closes, and shows nothing of one person', async () => {
    const pollId = await createPoll();
    const [half, done] = [new Person(app), new Person(app)];
    await takes(half, pollId, ['Yes']);
    await takes(done, pollId, ['No', 'No']);
    const message = half.messages[0];
    await app.client().run(CLOSE, { id: pollId });
    expect(await tracesOf([half, done])).toEqual([]);
    expect(await counts(pollId)).toEqual([0, 0, 0, 0]);
    await half.chooses('No', 'takes no more answers', message);
  });

  test('is made so before it opens, and stays so', async () => {
    const pollId = await createPoll();
    const { updatePoll } = await app.client().run(
      graphql(`mutation ($id: ID!) { updatePoll(id: $id, input: { anonymous: false }) {
        poll { anonymous } userErrors { field code } } }`),
      { id: pollId },
    );
    expect(updatePoll).toMatchObject({
      userErrors: [{ field: ['input', 'anonymous'], code: 'INVALID_STATE' }],
    });
  });
});
