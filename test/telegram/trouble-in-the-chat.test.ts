import { describe, expect, test } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { Client } from 'pg';
import {
  createCampaign,
  createOpenPoll,
  followCampaign,
  keyOf,
  startCampaign,
} from '../support/factories.js';
import { Person } from '../support/person.js';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';

/** An older server of the Bot API, which knows no effects. */
const app = useApp({ sandbox: { knowsEffects: false } });

const QUESTIONS = [
  { text: 'How was it?', options: ['Good', 'Bad'] },
  { text: 'Again?', options: ['Yes', 'No'] },
];

function createPoll(title: string): Promise<string> {
  return createOpenPoll(app.client(), { title, questions: QUESTIONS });
}

async function answersOf(person: Person): Promise<string[]> {
  const found = await app.database.query<{ text: string }>(
    `SELECT option.text FROM answer JOIN question ON question.id = answer.question_id
     JOIN question_option option ON option.id = answer.option_id WHERE answer.user_id = $1 ORDER BY question.position`,
    [person.id],
  );
  return found.map(({ text }) => text);
}

/** Lets nobody write to a table meanwhile. */
async function whileLocked(table: string, action: () => Promise<void>): Promise<void> {
  const rival = new Client({ connectionString: app.database.url });
  await rival.connect();
  try {
    await rival.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
    await action();
  } finally {
    await rival.end();
  }
}

describe('a press whose write takes long', () => {
  test('is answered without words in time, and the sentence comes by an edit', async () => {
    const pollId = await createPoll('Slow');
    const ada = new Person(app);
    const message = await ada.asks(`/start poll_${pollId}`);
    await ada.chooses('Good', '2 of 2', message);
    await whileLocked('answer', async () => {
      const answer = await ada.presses('Yes', message).answered;
      expect(answer?.text).toBeUndefined();
      expect(message.currentText).toContain('2 of 2');
      expect(await answersOf(ada)).toEqual(['Good']);
    });
    await ada.sees(/^Thank you!\n\n✓ <b>.*all 2 questions/s, message);
    expect(await answersOf(ada)).toEqual(['Good', 'Yes']);
  });

  test('below a reminder says so in a message, and in the buttons', async () => {
    const bo = new Person(app);
    await bo.asks('/start');
    const pollId = await createPoll('Wanted later');
    const campaignId = await createCampaign(app.client(), pollId);
    await startCampaign(app.client(), campaignId);
    await followCampaign(app.client(), campaignId);
    const reminder = bo.newest;
    expect(bo.labels(reminder)).toContain('Not this poll');
    await whileLocked('declined_poll', async () => {
      expect((await bo.presses('Not this poll', reminder).answered)?.text).toBeUndefined();
    });
    await app.sandbox.waitUntil(() => bo.labels(reminder).includes('Remind me after all'));
    await bo.sees('no more reminders of this poll');
    expect(bo.newest).not.toBe(reminder);
  });
});

test('a press that Telegram finds too old counts all the same, and one without effect is told so in a message', async () => {
  const pollId = await createPoll('Late');
  const cy = new Person(app);
  const message = await cy.asks(`/start poll_${pollId}`);
  const other = await cy.asks(`/start poll_${pollId}`);
  const tooOld = app.sandbox.faults.add({
    method: 'answerCallbackQuery',
    times: 3,
    answer: FAULT_ANSWERS.queryTooOld,
  });
  cy.presses('Good', message);
  await cy.sees('2 of 2', message);
  cy.presses('Bad', other);
  await cy.sees('older than your last answer');
  await cy.sees('2 of 2', other);
  cy.presses('No', message);
  await cy.sees('all 2 questions', message);
  await app.sandbox.waitUntil(() => tooOld.hits === 3 && cy.messages.length === 4);
  expect(cy.newest.text).toContain('Thank you!');
  expect(await answersOf(cy)).toEqual(['Good', 'No']);
  expect(app.output()).not.toContain('query is too old');
});

test('a thank-you whose effect the server does not know comes without it', async () => {
  const pollId = await createPoll('Plain');
  const di = new Person(app);
  const message = await di.asks(`/start poll_${pollId}`);
  await di.chooses('Bad', '2 of 2', message);
  const { length } = app.sandbox.calls;
  await di.chooses('Yes', 'all 2 questions', message);
  await app.sandbox.waitUntil(() => di.messages.length === 2);
  expect([di.newest.text, di.newest.effectId]).toEqual([expect.stringContaining('Plain'), undefined]);
  const sends = app.sandbox.calls
    .slice(length)
    .filter(({ method, chatId }) => method === 'sendMessage' && chatId === di.id);
  expect(sends.map(({ status }) => status)).toEqual([400, 200]);
});

test('who blocks the bot in the middle of a poll is not reminded, and goes on where they stopped when they are back', async () => {
  const pollId = await createPoll('Break');
  const eve = new Person(app);
  const message = await eve.asks(`/start poll_${pollId}`);
  await eve.chooses('Good', '2 of 2', message);
  app.sandbox.userBlocks(eve.id);
  const isBlocked = async (wanted: boolean) => {
    const [row] = await app.database.query<{ status: string }>(
      'SELECT status FROM telegram_user WHERE id = $1',
      [eve.id],
    );
    return (row?.status === 'BLOCKED') === wanted;
  };
  await waitFor('the block', () => isBlocked(true));
  const campaignId = await createCampaign(app.client(), pollId);
  await startCampaign(app.client(), campaignId);
  await followCampaign(app.client(), campaignId);
  const reached = await app.database.query('SELECT FROM delivery WHERE campaign_id = $1 AND user_id = $2', [
    keyOf(campaignId),
    eve.id,
  ]);
  expect(reached).toEqual([]);

  app.sandbox.userUnblocks(eve.id);
  await waitFor('the return', () => isBlocked(false));
  await eve.chooses('No', 'all 2 questions', message);
  expect(await answersOf(eve)).toEqual(['Good', 'No']);
});

test('a reply is sent when Telegram has asked for silence, however long', async () => {
  const fay = new Person(app);
  const silence = app.sandbox.faults.add({
    method: 'sendMessage',
    times: 1,
    answer: FAULT_ANSWERS.throttled(11),
  });
  expect((await fay.asks('/stop')).text).toContain('no more reminders');
  expect(silence.hits).toBe(1);
});
