import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  followCampaign,
  startCampaign,
  type CampaignInput,
} from '../support/factories.js';
import { expectRefusal, mutate } from '../support/mutations.js';
import { overHttp } from '../support/requests.js';
import { updateCampaign } from './operations.js';
import { app } from './app.js';

let topicId: string;

const UNSENDABLE: [template: string, code: string][] = [
  ['We <3 you, {{firstName}}', 'TEMPLATE_INVALID'],
  ['Hello<br>{{firstName}}', 'TEMPLATE_INVALID'],
  ['<p>Hello</p>', 'TEMPLATE_INVALID'],
  ['<b>Hello {{firstName}}', 'TEMPLATE_INVALID'],
  ['<b>Hello <i>you</b></i>', 'TEMPLATE_INVALID'],
  ['Hello {{name}}', 'TEMPLATE_INVALID'],
  ['<b></b>', 'TEMPLATE_INVALID'],
  ['x'.repeat(4097), 'TOO_LONG'],
];

const PREVIEW = graphql(`query ($input: CreateCampaignInput!) { campaignPreview(input: $input) {
  audienceSize sampleText chunkCount userErrors { field code message } warnings { code message } } }`);

async function preview(input: CampaignInput): Promise<ResultOf<typeof PREVIEW>['campaignPreview']> {
  return (await app.client().run(PREVIEW, { input })).campaignPreview;
}

describe('templates of a campaign', () => {
  beforeAll(() => emptyApp(app));
  beforeEach(async () => {
    app.sandbox.faults.clear();
    app.sandbox.clear();
    await app.database.query('DELETE FROM delivery');
    await app.database.query('DELETE FROM telegram_user');
    topicId = await createOpenPoll(app.client());
  });

  describe.each(UNSENDABLE)('a template that cannot be sent, %.40j,', (messageTemplate, code) => {
    test('is refused by createCampaign', () =>
      expectRefusal(
        app,
        'createCampaign',
        { input: { topicId, messageTemplate } },
        'input.messageTemplate',
        code,
      ));

    test('is told by campaignPreview, with counts that are real', async () => {
      await createUsers(app.database, 3);
      expect(await preview({ topicId, messageTemplate })).toEqual({
        audienceSize: 3,
        sampleText: messageTemplate,
        chunkCount: 1,
        userErrors: [{ field: ['input', 'messageTemplate'], code, message: expect.any(String) }],
        warnings: [],
      });
    });

    test('is refused by updateCampaign, and changes nothing', async () => {
      const id = await createCampaign(app.client(), topicId, { messageTemplate: 'Hello' });
      const { campaign, userErrors } = await updateCampaign(app.client(), id, {
        messageTemplate,
        name: 'Lunch',
      });
      expect(userErrors).toMatchObject([{ field: ['input', 'messageTemplate'], code }]);
      expect(campaign).toMatchObject({ status: 'PENDING', messageTemplate: 'Hello', name: null });
    });
  });

  describe('a preview', () => {
    test('of a poll that does not exist is NOT_FOUND', async () => {
      const { data, errors } = await overHttp(app.url, {
        query: 'query { campaignPreview(input: { topicId: "999999" }) { audienceSize } }',
      });
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    });

    test('tells of everything that creating it would refuse', async () => {
      await app
        .client()
        .run(graphql('mutation ($id: ID!) { closePoll(id: $id) { poll { id } } }'), { id: topicId });
      const { userErrors, chunkCount } = await preview({
        topicId,
        messageTemplate: '<b>',
        buttonText: ' ',
        pacing: { chunkSize: 0 },
        scheduledFor: '2020-01-01T00:00:00.000Z',
      });
      expect(userErrors.map(({ field, code }) => [field?.join('.'), code]).sort()).toEqual([
        ['input.buttonText', 'INVALID'],
        ['input.messageTemplate', 'TEMPLATE_INVALID'],
        ['input.pacing.chunkSize', 'INVALID'],
        ['input.scheduledFor', 'INVALID'],
        ['input.topicId', 'POLL_CLOSED'],
      ]);
      expect(chunkCount).toBe(0);
    });

    test('warns where the longest name makes the message too long, and of an empty audience', async () => {
      const { userErrors, warnings } = await preview({
        topicId,
        messageTemplate: 'x'.repeat(4000) + '{{firstName}}',
      });
      expect(userErrors).toEqual([]);
      expect(warnings.map(({ code }) => code)).toEqual(['LONG_WITH_LONGEST_NAME', 'EMPTY_AUDIENCE']);
      await createUsers(app.database, 1);
      expect((await preview({ topicId })).warnings).toEqual([]);
    });
  });

  test('a campaign is sent with its own button, and shows its name', async () => {
    await expectRefusal(
      app,
      'createCampaign',
      { input: { topicId, buttonText: '😀'.repeat(65) } },
      'input.buttonText',
      'TOO_LONG',
    );
    const [user = ''] = await createUsers(app.database, 1);
    const id = await createCampaign(app.client(), topicId, { name: 'Lunch', buttonText: '😀'.repeat(64) });
    expect((await updateCampaign(app.client(), id, {})).campaign).toMatchObject({
      name: 'Lunch',
      buttonText: '😀'.repeat(64),
    });
    await startCampaign(app.client(), id);
    await followCampaign(app.client(), id);
    const [message] = app.sandbox.messagesTo(Number(user));
    expect(message?.replyMarkup?.inline_keyboard.flat()[0]?.text).toBe('😀'.repeat(64));
  });

  test('a campaign that is created with the same key is the same only with the same name and button', async () => {
    const input = { topicId, idempotencyKey: 'templates', name: 'Lunch', buttonText: 'Go' };
    const first = await mutate(app, 'createCampaign', { input });
    expect(await mutate(app, 'createCampaign', { input })).toEqual(first);
    const other = await mutate(app, 'createCampaign', { input: { ...input, buttonText: 'Now' } });
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
  });
});
