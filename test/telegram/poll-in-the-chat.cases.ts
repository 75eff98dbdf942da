import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, operation } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  startCampaign,
  type PollInput,
} from '../support/factories.js';
import { Person } from '../support/person.js';
import { scrape, valueOf } from '../metrics/support/samples.js';
import { app } from './app.js';

const QUESTIONS = [
  { text: 'How was it?', options: ['Good', 'Bad'] },
  { text: 'Again?', options: ['Yes', 'No'] },
];

function createPoll(input: Partial<PollInput> = {}): Promise<string> {
  return createOpenPoll(app.client(), { title: 'Team day', questions: QUESTIONS, ...input });
}

/** What is stored of somebody's answers to a poll, in the order of its questions. */
async function stored(person: Person, pollId: string): Promise<{ answers: string[]; completions: number }> {
  const answers = await app.database.query<{ text: string }>(
    `SELECT option.text FROM answer JOIN question ON question.id = answer.question_id
     JOIN question_option option ON option.id = answer.option_id
     WHERE question.poll_id = $1 AND answer.user_id = $2 ORDER BY question.position`,
    [pollId, person.id],
  );
  const completions = await app.database.query(
    'SELECT FROM poll_completion WHERE poll_id = $1 AND user_id = $2',
    [pollId, person.id],
  );
  return { answers: answers.map(({ text }) => text), completions: completions.length };
}

async function closePoll(id: string): Promise<void> {
  await app.client().run(graphql('mutation ($id: ID!) { closePoll(id: $id) { poll { id } } }'), { id });
}

describe('polls in the chat', () => {
  beforeAll(() => emptyApp(app));

  describe('a poll in the chat', () => {
    test('is taken from the reminder, in one message, back and on, until it is completed', async () => {
      const pollId = await createPoll();
      const [id = ''] = await createUsers(app.database, 1, 6_500_001);
      const ada = new Person(app, { first_name: 'Ada' }, Number(id));
      const campaignId = await createCampaign(app.client(), pollId);
      await startCampaign(app.client(), campaignId);
      await app.sandbox.waitUntil(() => ada.messages.length === 1);
      const reminder = ada.newest;

      await ada.chooses('Open the poll', '1 of 2', reminder);
      expect(reminder.currentText).toContain('How was it?');
      expect(ada.labels(reminder)).toEqual(['Good', 'Bad']);
      await ada.chooses('Good', '2 of 2', reminder);
      expect(await stored(ada, pollId)).toEqual({ answers: ['Good'], completions: 0 });
      await ada.chooses('‹ Back', '1 of 2', reminder);
      expect(ada.labels(reminder)).toEqual(['✓ Good', 'Bad', 'Next ›']);
      await ada.chooses('Bad', '2 of 2', reminder);
      const answer = await ada.chooses('Yes', 'all 2 questions', reminder);
      expect(answer?.text).toBe('Thank you!');
      expect(await stored(ada, pollId)).toEqual({ answers: ['Bad', 'Yes'], completions: 1 });
      await app.sandbox.waitUntil(() => ada.messages.length === 2);
      expect(ada.newest.text).toContain('You have completed');

      // Answers can be changed as long as the poll is open, and then no more.
      await ada.chooses('Change my answers', '1 of 2', reminder);
      await ada.chooses('Good', '2 of 2', reminder);
      await ada.chooses('✓ Yes', 'all 2 questions', reminder);
      expect(await stored(ada, pollId)).toEqual({ answers: ['Good', 'Yes'], completions: 1 });
      expect(ada.messages).toHaveLength(2);
      await closePoll(pollId);
      const refused = await ada.chooses('Change my answers', 'takes no more answers', reminder);
      expect(refused?.text).toContain('closed');
      expect(ada.labels(reminder)).toEqual([]);
    });

    test('is opened by an invitation and by /polls, and goes on where it stopped on another device', async () => {
      await createPoll();
      const pollId = await createPoll({ title: 'Lunch <b>&' });
      const bo = new Person(app, { first_name: 'Bo' });
      const first = await bo.asks(`/start poll_${pollId}`);
      expect(first.text).toContain('Lunch &lt;b&gt;&amp;');
      await bo.chooses('Good', '2 of 2', first);
      const list = await bo.asks('/polls');
      expect(bo.labels(list)).toContain('Lunch <b>&');
      await bo.chooses('Lunch <b>&', '2 of 2', list);
      await bo.chooses('No', 'all 2 questions', list);
      // The first message still shows the question: a press there shows how things are.
      const answer = await bo.chooses('Yes', 'all 2 questions', first);
      expect(answer?.text).toContain('older than your last answer');
      expect(await stored(bo, pollId)).toEqual({ answers: ['Good', 'No'], completions: 1 });
    });

    test('is found among more open polls than one message shows', async () => {
      const group = 'Those who read on';
      await app.database.query(
        `WITH of AS (INSERT INTO user_group (name, name_key) VALUES ($1, lower($1)) RETURNING id),
           polls AS (INSERT INTO poll (title, status, created_at)
             SELECT 'Poll ' || number, 'OPEN', now() - number * interval '1 hour' FROM generate_series(1, 45) number RETURNING id)
         INSERT INTO poll_group (poll_id, group_id) SELECT polls.id, of.id FROM polls, of`,
        [group],
      );
      const kim = new Person(app);
      await kim.asks('/start');
      await app.database.query(
        'INSERT INTO group_member (group_id, user_id) SELECT id, $2 FROM user_group WHERE name = $1',
        [group, kim.id],
      );
      const list = await kim.asks('/polls');
      expect(list.text).toMatch(/^There are \d+ polls for you:\nPage 1 of 3$/);
      expect(kim.labels(list)).toHaveLength(21);
      await kim.chooses('Next ›', 'Page 2 of 3', list);
      const second = kim.dataOf('Next ›', list);
      await kim.chooses('Next ›', 'Page 3 of 3', list);
      expect(kim.labels(list)).toContain('Poll 45');
      expect(kim.labels(list).at(-1)).toBe('‹ Back');
      // A page that is gone is the first; that of somebody else is nobody's.
      await app.database.query(`UPDATE poll SET status = 'CLOSED' WHERE title ~ '^Poll [34][0-9]$'`);
      await kim.chooses('‹ Back', /^There are \d+ polls for you:\nPage [12] of 2$/, list);
      list.replyMarkup = { inline_keyboard: [[{ text: 'old', callback_data: second }]] };
      await kim.chooses('old', 'Page 1 of 2', list);
      const lee = new Person(app);
      const other = await lee.asks('/start');
      other.replyMarkup = list.replyMarkup;
      const foreign = kim.dataOf('Next ›', list);
      other.replyMarkup = { inline_keyboard: [[{ text: 'foreign', callback_data: foreign }]] };
      expect((await lee.presses('foreign', other).answered)?.text).toContain('does not work here');
      await app.database.query(`UPDATE poll SET status = 'CLOSED' WHERE title ~ '^Poll '`);
    });

    test('counts one of two presses on two devices, whatever is pressed twice or comes late', async () => {
      const pollId = await createPoll();
      const cy = new Person(app);
      const [one, two] = [await cy.asks(`/start poll_${pollId}`), await cy.asks(`/start poll_${pollId}`)];
      const presses = [cy.presses('Good', one), cy.presses('Bad', two), cy.presses('Good', one)];
      const answers = await Promise.all(presses.map(({ answered }) => answered));
      expect(answers.filter((answer) => answer?.text?.includes('older'))).toHaveLength(2);
      await Promise.all([cy.sees('2 of 2', one), cy.sees('2 of 2', two)]);
      expect((await stored(cy, pollId)).answers).toEqual(['Good']);
      const [row] = await app.database.query<{ revision: number }>(
        'SELECT revision FROM questionnaire WHERE poll_id = $1 AND user_id = $2',
        [pollId, cy.id],
      );
      expect(row).toEqual({ revision: 1 });
    });

    test('says so when it is closed, a draft, gone, or when its message was deleted', async () => {
      const pollId = await createPoll();
      const di = new Person(app);
      const message = await di.asks(`/start poll_${pollId}`);
      di.presses('Good', message);
      message.deleted = true;
      await app.sandbox.waitUntil(() => di.messages.length === 1);
      expect(di.newest.text).toContain('2 of 2');
      await closePoll(pollId);
      expect((await di.asks(`/start poll_${pollId}`)).text).toContain('takes no more answers');
      expect((await di.asks('/start poll_999999')).text).toContain('no longer exists');
      const input = { title: 'Draft', questions: QUESTIONS };
      const { createPoll: draft } = await app.client().run(operation('createPoll'), { input });
      const unopened = await di.asks(`/start ${draft.poll?.id}`);
      expect(unopened.text).toContain('not open yet');
      expect(unopened.text).not.toContain('Draft');
    });

    test('is only for the groups that it is for', async () => {
      const pollId = await createPoll({ title: 'Night shift' });
      const [ivy, joe] = [new Person(app), new Person(app)];
      const asked = await ivy.asks(`/start poll_${pollId}`);
      await joe.asks(`/start poll_${pollId}`);
      await app.database.query(
        `WITH night AS (INSERT INTO user_group (name, name_key) VALUES ('Night', 'night') RETURNING id),
           joined AS (INSERT INTO group_member (group_id, user_id) SELECT id, $2 FROM night)
         INSERT INTO poll_group (poll_id, group_id) SELECT $1, id FROM night`,
        [pollId, joe.id],
      );
      const answer = await ivy.chooses('Good', 'for other people', asked);
      expect(answer?.text).toContain('for other people');
      expect(await stored(ivy, pollId)).toEqual({ answers: [], completions: 0 });
      const invited = await new Person(app).asks(`/start poll_${pollId}`);
      expect(invited.text).toContain('for other people');
      expect(invited.text).not.toContain('Night shift');
      const list = await ivy.asks('/polls');
      expect(ivy.labels(list)).not.toContain('Night shift');
      await joe.chooses('Good', '2 of 2');
    });

    test('speaks the language of the person, and that of nobody else', async () => {
      const pollId = await createPoll();
      const eva = new Person(app, { language_code: 'ru-RU' });
      const message = await eva.asks(`/start poll_${pollId}`);
      expect(message.text).toContain('1 из 2');
      await eva.chooses('Good', '2 из 2', message);
      expect(eva.labels(message)).toContain('‹ Назад');
      expect((await new Person(app, { language_code: 'xx' }).asks(`/start poll_${pollId}`)).text).toContain(
        '1 of 2',
      );
    });
  });

  describe('long questions', () => {
    test('have numbered options with their text above, in pages', async () => {
      const options = Array.from({ length: 50 }, (_, place) => `${'<&'.repeat(90)} option ${place + 1}`);
      const pollId = await createPoll({ questions: [{ text: '😀'.repeat(1000), options }] });
      const fay = new Person(app);
      const message = await fay.asks(`/start poll_${pollId}`);
      expect(fay.labels(message)).toEqual([
        ...Array.from({ length: 10 }, (_, i) => String(i + 1)),
        'More options (1 of 5) ›',
      ]);
      await fay.chooses('More options (1 of 5) ›', 'option 11', message);
      expect(fay.labels(message).slice(0, 2)).toEqual(['11', '12']);
      await fay.chooses('12', 'answered the question', message);
      expect((await stored(fay, pollId)).answers[0]).toMatch(/option 12$/);
      await fay.chooses('Change my answers', '12. ✓', message);
    });
  });

  describe('what is forged, foreign or of another person', () => {
    test('does nothing but a sentence, and is counted', async () => {
      const counted = async () =>
        valueOf(await scrape(app.url), 'pollcast_bot_refused_references_total') ?? 0;
      const before = await counted();
      const pollId = await createPoll();
      const gil = new Person(app);
      const message = await gil.asks(`/start poll_${pollId}`);
      const data = gil.dataOf('Good', message);
      const forged = [
        `${data.slice(0, -1)}${data.endsWith('A') ? 'B' : 'A'}`,
        data.slice(1),
        'AA',
        'poll_1',
        '✓'.repeat(21),
      ];
      const hal = new Person(app);
      const other = await hal.asks(`/start poll_${pollId}`);
      for (const [index, wrong] of [...forged, data].entries()) {
        const button = { text: `wrong ${index}`, callback_data: wrong };
        other.replyMarkup = { inline_keyboard: [[button]] };
        const answer = await hal.presses(button.text, other).answered;
        expect(answer?.text).toContain('does not work here');
      }
      expect((await hal.asks(`/start ${data}`)).text).toContain('does not work here');
      expect(await stored(hal, pollId)).toEqual({ answers: [], completions: 0 });
      expect(await counted()).toBe(before + 7);
    });
  });
});
