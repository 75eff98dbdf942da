import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import { createCampaign, createOpenPoll, followCampaign, startCampaign } from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

let ada: { id: number; first_name: string; username: string };
let lastId = 5_000_000;

interface Shown {
  status: string;
  firstName: string | null;
}

/** What the API shows of somebody. */
async function shown(id: number): Promise<Shown | undefined> {
  const { telegramUsers } = await app
    .client()
    .run(graphql('{ telegramUsers(first: 100) { nodes { id status firstName } } }'));
  const found = telegramUsers.nodes.find((user) => user.id === `user_${id}`);
  return found && { status: found.status, firstName: found.firstName };
}

async function becomes(status: string): Promise<void> {
  await waitFor(status, async () => (await shown(ada.id))?.status === status);
}

/** The updates of one person are handled in order: once this one is answered, all before it are done. */
async function saysAndIsAnswered(text: string): Promise<string | undefined> {
  const before = app.sandbox.messagesTo(ada.id).length;
  app.sandbox.userSays(ada, text);
  await app.sandbox.waitUntil(() => app.sandbox.messagesTo(ada.id).length > before);
  return app.sandbox.messagesTo(ada.id).at(-1)?.text;
}

async function is(status: 'ACTIVE' | 'BLOCKED' | 'UNREACHABLE' | 'DEACTIVATED'): Promise<void> {
  await app.database.query('INSERT INTO telegram_user (id, status) VALUES ($1, $2)', [ada.id, status]);
}

describe('the bot', () => {
  beforeAll(() => emptyApp(app));
  beforeEach(() => {
    lastId += 1;
    ada = { id: lastId, first_name: 'Ada', username: 'ada_l' };
  });

  describe('commands', () => {
    test.each(['/stop', '/Stop', '/STOP', '/stop@pollcast_bot', ' /stop please'])(
      '%j opts out',
      async (text) => {
        await is('ACTIVE');
        expect(await saysAndIsAnswered(text)).toContain('no more reminders');
        expect((await shown(ada.id))?.status).toBe('OPTED_OUT');
      },
    );

    test.each(['/start', '/Start', '/START', '/start@BOT'])('%j ends an opt-out', async (text) => {
      expect(await saysAndIsAnswered('/stop')).toContain('no more reminders');
      expect(await saysAndIsAnswered(text)).toContain('Welcome');
      expect(await shown(ada.id)).toEqual({ status: 'ACTIVE', firstName: 'Ada' });
    });

    test.each(['/start poll_999999', '/start@BOT poll_999999'])(
      '%j, as an old button sends it, does not',
      async (text) => {
        await saysAndIsAnswered('/stop');
        app.sandbox.userSays(ada, text);
        await app.sandbox.waitUntil(() => app.sandbox.messagesTo(ada.id).length === 3);
        expect(app.sandbox.messagesTo(ada.id).at(-1)?.text).toContain('Write /start');
        expect((await shown(ada.id))?.status).toBe('OPTED_OUT');
      },
    );

    test('/start poll_999999 makes somebody known who was not', async () => {
      expect(await saysAndIsAnswered('/start poll_999999')).toContain('no longer exists');
      expect(await shown(ada.id)).toEqual({ status: 'ACTIVE', firstName: 'Ada' });
    });

    test.each(['/stopwatch', 'stop', 'please /stop'])('%j is no opt-out', async (text) => {
      app.sandbox.userSays(ada, text);
      await becomes('ACTIVE');
      expect(app.sandbox.messagesTo(ada.id)).toEqual([]);
    });
  });

  describe('somebody who writes anything in private', () => {
    test.each(['BLOCKED', 'UNREACHABLE', 'DEACTIVATED'] as const)('is no longer %s', async (status) => {
      await is(status);
      app.sandbox.userSays(ada, 'hello?');
      await becomes('ACTIVE');
    });

    test('is left as they are when it is in a group', async () => {
      await is('BLOCKED');
      app.sandbox.userSays(ada, 'hello?', -1000);
      const other = { id: ada.id + 1_000_000, first_name: 'Bo' };
      app.sandbox.userSays(other, '/start');
      await app.sandbox.waitUntil(() => app.sandbox.messagesTo(other.id).length > 0);
      expect((await shown(ada.id))?.status).toBe('BLOCKED');
    });

    test('is recorded without U+0000 in a name', async () => {
      app.sandbox.userSays({ ...ada, first_name: 'A\0da\0' }, '/start');
      await waitFor('the record', async () => (await shown(ada.id)) !== undefined);
      expect((await shown(ada.id))?.firstName).toBe('Ada');
    });
  });

  describe('blocks', () => {
    test('are known at once, without a send', async () => {
      await saysAndIsAnswered('/start');
      app.sandbox.userBlocks(ada);
      await becomes('BLOCKED');
      app.sandbox.userUnblocks(ada);
      await becomes('ACTIVE');
      expect(app.sandbox.messagesTo(ada.id)).toHaveLength(1);
    });

    test('and unblocks leave an opt-out as it was, and it is shown first', async () => {
      await saysAndIsAnswered('/stop');
      app.sandbox.userBlocks(ada);
      app.sandbox.userUnblocks(ada);
      app.sandbox.userBlocks(ada);
      const reachability = async () => {
        const [row] = await app.database.query<{ status: string }>(
          'SELECT status FROM telegram_user WHERE id = $1',
          [ada.id],
        );
        return row?.status;
      };
      await waitFor('the block', async () => (await reachability()) === 'BLOCKED');
      expect((await shown(ada.id))?.status).toBe('OPTED_OUT');
      app.sandbox.userUnblocks(ada);
      await waitFor('the unblock', async () => (await reachability()) === 'ACTIVE');
      expect((await shown(ada.id))?.status).toBe('OPTED_OUT');
    });

    test('come to nothing where the person is not known', async () => {
      app.sandbox.userBlocks(ada);
      app.sandbox.userUnblocks(ada);
      expect(await saysAndIsAnswered('/stop')).toContain('no more reminders');
      expect((await shown(ada.id))?.status).toBe('OPTED_OUT');
    });

    test('and opt-outs leave people out of an audience, each for itself', async () => {
      await app.database.query('DELETE FROM telegram_user');
      await app.database.query(`
        INSERT INTO telegram_user (id, status, opted_out_at) VALUES
          (1, 'ACTIVE', NULL), (2, 'BLOCKED', NULL), (3, 'ACTIVE', now()), (4, 'BLOCKED', now())`);
      const api = app.client();
      const topicId = await createOpenPoll(api);
      const { campaignPreview } = await api.run(
        graphql(
          'query ($input: CreateCampaignInput!) { campaignPreview(input: $input) { audienceSize excluded { reason count } } }',
        ),
        { input: { topicId } },
      );
      expect(campaignPreview).toEqual({
        audienceSize: 1,
        excluded: [
          { reason: 'BLOCKED', count: 1 },
          { reason: 'OPTED_OUT', count: 2 },
        ],
      });
      const { poll } = await api.run(graphql('query ($id: ID!) { poll(id: $id) { audienceSize } }'), {
        id: topicId,
      });
      expect(poll).toEqual({ audienceSize: 1 });
      const id = await createCampaign(api, topicId);
      await startCampaign(api, id);
      expect((await followCampaign(api, id)).at(-1)).toMatchObject({ totalUsers: 1, sentUsers: 1 });
    });
  });
});
