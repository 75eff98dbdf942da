/** @long */
import { expect, test } from '@jest/globals';
import { graphql } from '../../src/cli/graphql.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { Person } from '../support/person.js';
import { useApp } from '../support/use-app.js';

const PEOPLE = 1000;
const RATE = 500;

const app = useApp({
  process: 'own',
  environment: { MESSAGES_PER_SECOND: String(RATE) },
  // Little above the rate of the installation, as Telegram's limit is.
  sandbox: { messagesPerSecond: RATE + 20 },
});

test(`${PEOPLE} people who answer at once are served within the limits, beside a campaign`, async () => {
  const api = app.client();
  const pollId = await createOpenPoll(api, { questions: [{ text: 'Coming?', options: ['Yes', 'No'] }] });
  const ids = await createUsers(app.database, PEOPLE, 6_600_001);
  const campaignId = await createCampaign(api, pollId);
  await startCampaign(api, campaignId);
  await followCampaign(api, campaignId);
  const people = ids.map((id) => new Person(app, {}, Number(id)));
  const reminders = people.map((person) => person.newest);

  const other = await createCampaign(api, await createOpenPoll(api));
  await startCampaign(api, other);
  // Whether each press is answered is not asked: Telegram takes no answer after a while, which a slow machine exceeds.
  for (const [place, person] of people.entries()) person.presses('Open the poll', reminders[place]);
  const showing = (words: string) =>
    reminders.filter(({ currentText }) => currentText.includes(words)).length;
  await app.sandbox.waitUntil(() => showing('1 of 1') === PEOPLE);
  for (const [place, person] of people.entries()) {
    person.presses(place % 2 === 0 ? 'Yes' : 'No', reminders[place]);
    // Some press both, or the same twice: the first counts.
    if (place % 10 < 2) person.presses('Yes', reminders[place]);
  }
  await app.sandbox.waitUntil(() => showing('answered the question') === PEOPLE);

  const { poll } = await api.run(
    graphql(
      'query ($id: ID!) { poll(id: $id) { completedCount questions { options { text answerCount } } } }',
    ),
    { id: pollId },
  );
  expect(poll).toEqual({
    completedCount: PEOPLE,
    questions: [
      {
        options: [
          { text: 'Yes', answerCount: PEOPLE / 2 },
          { text: 'No', answerCount: PEOPLE / 2 },
        ],
      },
    ],
  });
  expect((await followCampaign(api, other)).at(-1)).toMatchObject({ status: 'COMPLETED', sentUsers: PEOPLE });
  expect(app.sandbox.throttled).toBe(0);
  // Of Node, which suspects a leak where very much is under way.
  expect(app.output()).not.toContain('Warning');
});
