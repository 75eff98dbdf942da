import { beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { operation } from '../../src/cli/graphql.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { mutate, type Arguments, type Mutation, type PayloadOf } from '../support/mutations.js';
import { waitFor } from '../support/wait.js';
import { app } from './api.js';

/** Sends a mutation while a row that it refers to is being deleted: after its checks, before its change. */
async function duringDeletion<Name extends Mutation>(
  deletion: string,
  mutation: Name,
  variables: Arguments,
): Promise<PayloadOf<Name>> {
  const deleting = new Client({ connectionString: app.database.url });
  await deleting.connect();
  await deleting.query('BEGIN');
  await deleting.query(deletion);
  const answer = mutate(app, mutation, variables);
  await waitFor('the mutation to wait', async () => {
    const waiting = await app.database.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return waiting.length > 0;
  });
  await deleting.query('COMMIT');
  await deleting.end();
  return answer;
}

interface Refusable {
  userErrors: readonly { code: string }[];
}

function codesOf(answers: readonly Refusable[]): string[] {
  return answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
}

describe('several at once', () => {
  beforeAll(() => emptyDatabase(app));

  test('pause and resume a campaign, and no refusal names a status that would have allowed it', async () => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api));
    await startCampaign(api, id);
    const mutations = Array.from({ length: 60 }, (_, place) =>
      place % 2 === 0 ? ('pauseCampaign' as const) : ('resumeCampaign' as const),
    );
    const answers = await Promise.all(mutations.map((mutation) => mutate(app, mutation, { id })));
    const messages = answers.flatMap(({ userErrors }) => userErrors.map(({ message }) => message));
    for (const message of messages) {
      expect(message).not.toMatch(/is (\w+); \w+ is possible when it is (\w+ or )?\1\b/);
    }
    expect(messages.length).toBeLessThan(mutations.length);
  });

  test('delete, change and start a campaign, and each is told what became of it', async () => {
    const api = app.client();
    const topicId = await createOpenPoll(api);
    const update = async (id: string): Promise<Refusable> =>
      (await api.run(operation('updateCampaign'), { id, input: { name: 'Other' } })).updateCampaign;
    for (let round = 0; round < 5; round += 1) {
      const id = await createCampaign(api, topicId);
      const answers = await Promise.all([
        ...Array.from({ length: 6 }, () => update(id)),
        mutate(app, 'deleteCampaign', { id }),
        ...Array.from({ length: 6 }, () => update(id)),
        mutate(app, 'startCampaign', { id }),
      ]);
      for (const code of codesOf(answers)) expect(['NOT_FOUND', 'INVALID_STATE']).toContain(code);
      // Where the start came first it cannot be deleted, and stands in the way of the next one.
      await app.database.query("UPDATE notification_campaign SET status = 'CANCELLED'");
    }
  });

  test('delete what a change refers to, which is then missed by name', async () => {
    const api = app.client();
    const [user = '', other = ''] = await createUsers(app.database, 2);
    const pollId = await createOpenPoll(api);
    const erase = (id: string) => `DELETE FROM telegram_user WHERE id = ${id}`;
    expect(
      await duringDeletion(erase(user), 'addToGroup', { group: 'Staff', userIds: [other, user] }),
    ).toMatchObject({
      changedCount: 0,
      userErrors: [{ code: 'NOT_FOUND', field: ['userIds', '1'] }],
    });
    expect(
      await duringDeletion(erase(other), 'recordPollCompletions', { pollId, userIds: [other] }),
    ).toMatchObject({ recorded: 0, userErrors: [{ code: 'NOT_FOUND', field: ['userIds', '0'] }] });
    const remove = `DELETE FROM poll WHERE id = ${pollId}`;
    expect(await duringDeletion(remove, 'createCampaign', { input: { topicId: pollId } })).toMatchObject({
      campaign: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'topicId'] }],
    });
  });

  test('name a group that its last member leaves, and it stays', async () => {
    const api = app.client();
    const [user = ''] = await createUsers(app.database, 1, 2_000_001);
    const id = await createOpenPoll(api);
    await mutate(app, 'addToGroup', { group: 'Night shift', userIds: [user] });
    const groups = ['NIGHT shift'];
    const forget = "DELETE FROM group_member USING user_group WHERE group_id = id AND name = 'Night shift'";
    await app.database.query(forget);
    const answer = await duringDeletion("DELETE FROM user_group WHERE name = 'Night shift'", 'updatePoll', {
      id,
      input: { groups },
    });
    expect(answer.userErrors).toEqual([]);
    const named = await app.database.query('SELECT FROM poll_group WHERE poll_id = $1', [id]);
    expect(named).toHaveLength(1);
  });
});
