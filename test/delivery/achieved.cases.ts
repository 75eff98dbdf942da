import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, operation, type ResultOf } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { Person } from '../support/person.js';
import { watchCampaign } from '../support/progress.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

const ACHIEVED = graphql(`query ($id: ID!) { campaign(id: $id) { openedUsers convertedUsers
  timeline(bucket: DAY, timeZone: "Asia/Tokyo") { at sent opened completed }
  deliveries { nodes { openedAt convertedAt } } } }`);

async function achieved(id: string): Promise<NonNullable<ResultOf<typeof ACHIEVED>['campaign']>> {
  const { campaign } = await app.client().run(ACHIEVED, { id });
  if (!campaign) throw new Error(`There is no campaign ${id}.`);
  return campaign;
}

async function remind(pollId: string): Promise<string> {
  const id = await createCampaign(app.client(), pollId);
  const { userErrors } = await startCampaign(app.client(), id);
  expect(userErrors).toEqual([]);
  await followCampaign(app.client(), id);
  return id;
}

async function recordCompletions(pollId: string, people: readonly Person[]): Promise<void> {
  const userIds = people.map(({ id }) => String(id));
  await app.client().run(operation('recordPollCompletions'), { pollId, userIds });
}

/** A poll for so many new people alone. */
async function createPollFor(count: number, firstId: number): Promise<{ pollId: string; people: Person[] }> {
  await app.database.query('UPDATE telegram_user SET opted_out_at = now()');
  const ids = await createUsers(app.database, count, firstId);
  const pollId = await createOpenPoll(app.client());
  return { pollId, people: ids.map((id) => new Person(app, {}, Number(id))) };
}

describe('what a campaign achieved', () => {
  beforeAll(() => emptyApp(app));

  test('is counted once a recipient, live, and by day', async () => {
    const { pollId, people } = await createPollFor(4, 6_800_001);
    const [ada, bo, cy] = people as [Person, Person, Person];
    const id = await createCampaign(app.client(), pollId);
    const watch = watchCampaign(app.client(), id);
    watch.completed.catch(() => undefined);
    await startCampaign(app.client(), id);
    await watch.completed;
    await ada.chooses('Open the poll', '1 of 1');
    await ada.chooses('Good', 'answered the question', ada.messages[0]);
    await bo.chooses('Open the poll', '1 of 1');
    await waitFor('the counters', async () => (await achieved(id)).openedUsers === 2);
    const { timeline, deliveries, ...counts } = await achieved(id);
    expect(counts).toEqual({ openedUsers: 2, convertedUsers: 1 });
    expect(
      deliveries.nodes.map(({ openedAt, convertedAt }) => [openedAt !== null, convertedAt !== null]),
    ).toEqual([
      [true, true],
      [true, false],
      [false, false],
      [false, false],
    ]);
    const sum = (key: 'sent' | 'opened' | 'completed') =>
      timeline.reduce((total, point) => total + point[key], 0);
    expect([sum('sent'), sum('opened'), sum('completed')]).toEqual([4, 2, 1]);
    for (const { at } of timeline) expect(at).toMatch(/T15:00:00\.000Z$/);
    const { poll } = await app
      .client()
      .run(
        graphql('query ($id: ID!) { poll(id: $id) { completionsOverTime(bucket: MINUTE) { at count } } }'),
        { id: pollId },
      );
    expect(poll?.completionsOverTime).toEqual([{ at: expect.stringMatching(/:00\.000Z$/), count: 1 }]);
    // People who complete it by another way are credited as well.
    await recordCompletions(pollId, people.slice(1, 3));
    expect(await achieved(id)).toMatchObject({ openedUsers: 2, convertedUsers: 3 });

    // The buttons of what was sent to them say so; a message in which the poll was taken shows it already.
    await app.sandbox.waitUntil(() => [bo, cy].every((person) => person.labels()[0] === '✓ Completed'));
    expect(ada.labels(ada.messages[0])).toEqual(['Change my answers']);
    await cy.chooses('✓ Completed', 'You have completed this poll');
  });

  test('is credited to the last reminder before the completion, by the time of its request', async () => {
    const { pollId, people } = await createPollFor(4, 6_801_001);
    const [first, second, before, none] = people as [Person, Person, Person, Person];
    await recordCompletions(pollId, [before]);
    const one = await remind(pollId);
    await recordCompletions(pollId, [first]);
    const two = await remind(pollId);
    await recordCompletions(pollId, [second]);
    expect((await achieved(one)).convertedUsers).toBe(1);
    expect((await achieved(two)).convertedUsers).toBe(1);
    // A reminder whose answer came late was requested before the completion, and takes the credit.
    await app.database.query(
      `UPDATE delivery SET status = 'SENDING' WHERE campaign_id = (SELECT max(campaign_id) FROM delivery) AND user_id = $1`,
      [none.id],
    );
    await recordCompletions(pollId, [none]);
    expect((await achieved(one)).convertedUsers).toBe(2);
    await app.database.query(`UPDATE delivery SET status = 'UNCONFIRMED' WHERE status = 'SENDING'`);
    expect((await achieved(one)).convertedUsers).toBe(1);
    expect((await achieved(two)).convertedUsers).toBe(2);
  });

  test.each(['Nowhere/Town', '+02:00', "UTC'; DROP TABLE delivery; --", 'x'.repeat(5000)])(
    'is refused for the time zone %#',
    async (timeZone) => {
      const { pollId } = await createPollFor(1, 6_802_001 + timeZone.length);
      const query = graphql(
        'query ($id: ID!, $zone: String) { poll(id: $id) { completionsOverTime(timeZone: $zone) { count } } }',
      );
      await expect(app.client().run(query, { id: pollId, zone: timeZone })).rejects.toThrow('IANA time zone');
    },
  );
});
