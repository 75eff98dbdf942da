import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql } from '../../src/cli/graphql.js';
import { findRemindTimes } from '../../src/questionnaire/remind-times.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
} from '../support/factories.js';
import { Person } from '../support/person.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

let lastId = 6_900_000;

/** Somebody alone who was reminded of a poll. */
async function remind(): Promise<{ person: Person; pollId: string; campaignId: string }> {
  await app.database.query('UPDATE telegram_user SET opted_out_at = now()');
  const [id = ''] = await createUsers(app.database, 1, (lastId += 1));
  const person = new Person(app, { first_name: `Person ${id}` }, Number(id));
  const pollId = await createOpenPoll(app.client());
  const campaignId = await createCampaign(app.client(), pollId);
  await startCampaign(app.client(), campaignId);
  await followCampaign(app.client(), campaignId);
  return { person, pollId, campaignId };
}

async function shows(person: Person, label: string, message = person.newest): Promise<void> {
  await app.sandbox.waitUntil(() => person.labels(message).includes(label));
}

async function wishes(person: Person): Promise<{ status: string; reason: string | null; at: Date }[]> {
  return app.database.query(
    'SELECT status, reason, remind_at AS at FROM later_reminder WHERE user_id = $1 ORDER BY id',
    [person.id],
  );
}

/** The time of a wish comes. */
async function timeComes(person: Person): Promise<void> {
  await app.database.query('UPDATE later_reminder SET not_before = now() WHERE user_id = $1', [person.id]);
}

async function settled(person: Person, status: string, count = 1): Promise<void> {
  await waitFor(`${status} wishes`, async () => {
    const found = await wishes(person);
    return found.filter((wish) => wish.status === status).length === count;
  });
}

async function excluded(pollId: string): Promise<unknown> {
  const { campaignPreview, poll } = await app.client().run(
    graphql(`query ($input: CreateCampaignInput!, $id: ID!) {
      campaignPreview(input: $input) { audienceSize excluded { reason count } } poll(id: $id) { audienceSize } }`),
    { input: { topicId: pollId }, id: pollId },
  );
  expect(poll?.audienceSize).toBe(campaignPreview.audienceSize);
  return campaignPreview.excluded.filter(({ reason }) => reason !== 'OPTED_OUT');
}

describe('the menu of a reminder', () => {
  beforeAll(() => emptyApp(app));

  describe('Later', () => {
    test('reminds once more, by the texts of the campaign, as long as the poll is not completed', async () => {
      const { person, campaignId } = await remind();
      const reminder = person.newest;
      person.presses('⏰ Later');
      await shows(person, 'Tomorrow, 9:00');
      // Pressed twice, it is one wish.
      const answers = ['Tomorrow, 9:00', 'Tomorrow, 9:00'].map((label) => person.presses(label).answered);
      expect((await Promise.all(answers)).map((answer) => answer?.text)).toEqual([
        expect.stringContaining('You will be reminded again'),
        expect.stringContaining('You will be reminded again'),
      ]);
      await shows(person, 'Another time');
      expect(await wishes(person)).toMatchObject([{ status: 'PENDING' }]);
      await timeComes(person);
      await settled(person, 'SENT');
      expect(person.messages).toHaveLength(2);
      expect(person.newest.text).toBe(reminder.text);
      expect(person.labels()).toEqual(['Open the poll', '⏰ Later', 'Not this poll', 'No more reminders']);
      // The credit goes to the campaign that it continues.
      await person.chooses('Open the poll', '1 of 1');
      await person.chooses('Good', 'answered the question', person.messages[1]);
      const [campaign] = await app.database.query<{ opened: number; converted: number }>(
        'SELECT opened_users AS opened, converted_users AS converted FROM notification_campaign WHERE id = $1',
        [campaignId],
      );
      expect(campaign).toEqual({ opened: 1, converted: 1 });
      await shows(person, '✓ Completed', reminder);
    });

    test('does not remind who has completed the poll, opted out, or wants none of it meanwhile', async () => {
      const people = [await remind(), await remind(), await remind()];
      const [done, out, declined] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
      for (const { person } of people) {
        person.presses('⏰ Later');
        await shows(person, 'Tomorrow, 9:00');
        await person.presses('Tomorrow, 9:00').answered;
      }
      await app
        .client()
        .run(
          graphql(
            'mutation ($pollId: ID!, $userIds: [ID!]!) { recordPollCompletions(pollId: $pollId, userIds: $userIds) { recorded } }',
          ),
          { pollId: done.pollId, userIds: [String(done.person.id)] },
        );
      await app.database.query('UPDATE telegram_user SET opted_out_at = now() WHERE id = $1', [
        out.person.id,
      ]);
      await app.database.query('INSERT INTO declined_poll (poll_id, user_id) VALUES ($1, $2)', [
        declined.pollId,
        declined.person.id,
      ]);
      for (const { person } of people) {
        await app.database.query('UPDATE telegram_user SET opted_out_at = NULL WHERE id = $1 AND id <> $2', [
          person.id,
          out.person.id,
        ]);
        await timeComes(person);
        await settled(person, 'SKIPPED');
        expect(person.messages).toHaveLength(1);
      }
      expect(
        (await Promise.all(people.map(({ person }) => wishes(person)))).flat().map(({ reason }) => reason),
      ).toEqual(['COMPLETED_MEANWHILE', 'OPTED_OUT', 'DECLINED_POLL']);
    });

    test('is sent at most once: a lost answer, or a process that died, leaves it UNCONFIRMED', async () => {
      const { person } = await remind();
      person.presses('⏰ Later');
      await shows(person, 'Tomorrow, 9:00');
      await person.presses('Tomorrow, 9:00').answered;
      await app.database.query(
        `UPDATE later_reminder SET status = 'SENDING', claim_expires_at = now() WHERE user_id = $1`,
        [person.id],
      );
      await settled(person, 'UNCONFIRMED');
      expect(person.messages).toHaveLength(1);
    });

    test.each([
      ['2026-07-01T10:00:00Z', 'Europe/Lisbon', '2026-07-01T18:00:00Z', '2026-07-02T08:00:00Z'],
      ['2026-07-01T16:59:59Z', 'Europe/Lisbon', '2026-07-01T18:00:00Z', '2026-07-02T08:00:00Z'],
      ['2026-07-01T17:00:00Z', 'Europe/Lisbon', null, '2026-07-02T08:00:00Z'],
      ['2026-07-01T17:00:00Z', 'Asia/Tokyo', '2026-07-02T10:00:00Z', '2026-07-03T00:00:00Z'],
      ['2026-10-24T12:00:00Z', 'Europe/Lisbon', '2026-10-24T18:00:00Z', '2026-10-25T09:00:00Z'],
    ])('at %s in %s offers the evening and the morning', (now, zone, evening, morning) => {
      const times = findRemindTimes(new Date(now), zone);
      expect([times.evening, times.morning]).toEqual([evening && new Date(evening), new Date(morning)]);
    });
  });

  describe('Not this poll', () => {
    test('leaves the person out, until they change their mind', async () => {
      const { person, pollId } = await remind();
      const answer = await person.presses('Not this poll').answered;
      expect(answer?.text).toContain('no more reminders of this poll');
      await shows(person, 'Remind me after all');
      expect(await excluded(pollId)).toEqual([{ reason: 'DECLINED_POLL', count: 1 }]);
      person.presses('Remind me after all');
      await shows(person, 'Not this poll');
      expect(await excluded(pollId)).toEqual([]);
    });

    test('is known between plan and send', async () => {
      const { person, pollId } = await remind();
      const id = await createCampaign(app.client(), pollId);
      await app.database.query(`INSERT INTO declined_poll (poll_id, user_id) VALUES ($1, $2)`, [
        pollId,
        person.id,
      ]);
      await app.database.query(
        `WITH chunk AS (INSERT INTO campaign_chunk (campaign_id, number, due_at) VALUES ($1, 0, now())),
           campaign AS (UPDATE notification_campaign SET planned_at = now(), status = 'PROCESSING', chunk_count = 1,
             total_users = 1, pending_users = 1 WHERE id = $1)
         INSERT INTO delivery (campaign_id, user_id, chunk_number) VALUES ($1, $2, 0)`,
        [id, person.id],
      );
      await app
        .client()
        .run(graphql('mutation ($id: ID!) { pauseCampaign(id: $id) { campaign { id } } }'), { id });
      await app
        .client()
        .run(graphql('mutation ($id: ID!) { resumeCampaign(id: $id) { campaign { id } } }'), { id });
      await followCampaign(app.client(), id);
      const { campaign } = await app
        .client()
        .run(
          graphql(
            'query ($id: ID!) { campaign(id: $id) { skippedUsers deliveries { nodes { status reason } } } }',
          ),
          { id },
        );
      expect(campaign).toEqual({
        skippedUsers: 1,
        deliveries: { nodes: [{ status: 'SKIPPED', reason: 'DECLINED_POLL' }] },
      });
    });
  });

  test('No more reminders asks first, and ends them all', async () => {
    const { person } = await remind();
    const optedOut = async () => {
      const [row] = await app.database.query<{ out: boolean }>(
        'SELECT opted_out_at IS NOT NULL AS out FROM telegram_user WHERE id = $1',
        [person.id],
      );
      return row?.out;
    };
    person.presses('No more reminders');
    await shows(person, 'Yes, no more reminders of any poll');
    expect(await optedOut()).toBe(false);
    person.presses('‹ Back');
    await shows(person, 'No more reminders');
    person.presses('No more reminders');
    await shows(person, 'Yes, no more reminders of any poll');
    const answer = await person.presses('Yes, no more reminders of any poll').answered;
    expect(answer?.text).toContain('no more reminders');
    expect(await optedOut()).toBe(true);
  });
});
