import { describe, expect, test } from '@jest/globals';
import { graphql, type ResultOf } from '../../src/cli/graphql.js';
import {
  createCampaign,
  createOpenPoll,
  createUsers,
  startCampaign,
  type CampaignInput,
} from '../support/factories.js';
import { Person } from '../support/person.js';
import { useApp } from '../support/use-app.js';
import { change, updateCampaign } from './operations.js';

/** Behind a server that does not know tg-time, which refuses a message that has it. */
const app = useApp({
  environment: { TIME_ZONE: 'Europe/Lisbon' },
  sandbox: { unknownTags: ['tg-time'] },
});

const QUESTIONS = [
  { text: 'How was <it>?', options: ['Good', 'Bad'] },
  { text: 'Again?', options: ['Yes', 'No'] },
];

const PREVIEW = graphql(`query ($input: CreateCampaignInput!) { campaignPreview(input: $input) {
  sampleText samples { languageCode text buttonText } userErrors { field code } } }`);

async function preview(input: CampaignInput): Promise<ResultOf<typeof PREVIEW>['campaignPreview']> {
  return (await app.client().run(PREVIEW, { input })).campaignPreview;
}

describe('a reminder that asks the first question', () => {
  test('carries the next open question of each recipient, and one press is one answer', async () => {
    const api = app.client();
    const topicId = await createOpenPoll(api, { questions: QUESTIONS, closesAt: '2100-07-01T12:30:00Z' });
    const ids = await createUsers(app.database, 3, 6_700_001);
    const [ada, bo, cy] = ids.map((id) => new Person(app, {}, Number(id))) as [Person, Person, Person];
    await app.database.query(`UPDATE telegram_user SET language_code = 'ru' WHERE id = $1`, [cy.id]);
    // Bo is half done.
    const open = await bo.asks(`/start poll_${topicId}`);
    await bo.chooses('Bad', '2 of 2', open);

    const input = {
      topicId,
      asksFirstQuestion: true,
      messageTemplate: '{{firstName}}, {{questionsLeft}} left until {{closesAt}}',
      translations: [{ languageCode: 'ru', messageTemplate: 'Осталось {{questionsLeft}}', buttonText: 'Да' }],
    };
    const shown = await preview(input);
    expect(shown.userErrors).toEqual([]);
    expect(shown.sampleText).toContain('2');
    expect(shown.sampleText).toContain('1 of 2');
    expect(shown.samples).toEqual([
      { languageCode: null, text: expect.stringContaining('&lt;it&gt;'), buttonText: 'Open the poll' },
      { languageCode: 'ru', text: expect.stringContaining('1 из 2'), buttonText: 'Да' },
    ]);
    const id = await createCampaign(api, topicId, input);
    await startCampaign(api, id);
    await app.sandbox.waitUntil(() =>
      [ada, bo, cy].every(
        ({ messages }) => messages.at(-1)?.text.includes('2') === true && messages.at(-1) !== open,
      ),
    );

    expect(ada.newest.text.replaceAll('\u202F', ' ')).toMatch(
      /^\u2068Person \d+\u2069, \u20682\u2069 left until \u2068July 1, 2100 at 1:30 PM GMT\+1\u2069\n\n1 of 2\n\n<b>\u2068How was &lt;it&gt;\?/,
    );
    expect(ada.labels().slice(0, 2)).toEqual(['Good', 'Bad']);
    expect(bo.newest.text).toContain('\u20681\u2069 left');
    expect(bo.labels().slice(0, 2)).toEqual(['Yes', 'No']);
    expect(cy.newest.text).toContain('Осталось \u20682\u2069');
    await ada.chooses('Good', 'Again?');
    await ada.chooses('No', 'all 2 questions');
    await bo.chooses('Yes', 'all 2 questions');
    const { poll } = await api.run(graphql('query ($id: ID!) { poll(id: $id) { completedCount } }'), {
      id: topicId,
    });
    expect(poll?.completedCount).toBe(2);
  });
});

describe('texts of campaigns', () => {
  const long = 'x'.repeat(3900);

  test.each([
    [{ messageTemplate: long, asksFirstQuestion: true }, ['input', 'messageTemplate'], 'TOO_LONG'],
    [{ messageTemplate: 'By {{closesAt}}' }, ['input', 'messageTemplate'], 'TEMPLATE_INVALID'],
    [
      { translations: [{ languageCode: 'ru', messageTemplate: '<b>' }] },
      ['input', 'translations', '0', 'messageTemplate'],
      'TEMPLATE_INVALID',
    ],
    [
      { translations: [{ languageCode: 'ru', messageTemplate: 'x', buttonText: ' ' }] },
      ['input', 'translations', '0', 'buttonText'],
      'INVALID',
    ],
    [
      { translations: [{ languageCode: 'r', messageTemplate: 'x' }] },
      ['input', 'translations', '0', 'languageCode'],
      'INVALID',
    ],
    [
      { translations: ['pt-BR', 'pt_br'].map((languageCode) => ({ languageCode, messageTemplate: 'x' })) },
      ['input', 'translations', '1', 'languageCode'],
      'INVALID',
    ],
    [
      {
        translations: Array.from({ length: 51 }, (_, place) => ({
          languageCode: `x${String.fromCharCode(97 + (place % 26))}-${100 + place}`,
          messageTemplate: 'x',
        })),
      },
      ['input', 'translations'],
      'INVALID',
    ],
  ])('are refused: %#', async (input, field, code) => {
    const options = Array.from({ length: 10 }, () => 'o'.repeat(50));
    const topicId = await createOpenPoll(app.client(), { questions: [{ text: 'Q?', options }] });
    const { userErrors } = await preview({ topicId, ...input });
    expect(userErrors).toEqual([{ field, code }]);
  });

  test('are changed with what stays, and the question only before the start', async () => {
    const api = app.client();
    const options = Array.from({ length: 10 }, () => 'o'.repeat(50));
    const topicId = await createOpenPoll(api, { questions: [{ text: 'Q?', options }] });
    const id = await createCampaign(api, topicId, { messageTemplate: long });
    const refused = await updateCampaign(api, id, { asksFirstQuestion: true });
    expect(refused.userErrors).toMatchObject([{ field: ['input', 'asksFirstQuestion'], code: 'TOO_LONG' }]);
    const translations = [{ languageCode: 'PT_br', messageTemplate: 'Oi' }];
    const changed = await updateCampaign(api, id, {
      messageTemplate: 'Hi',
      asksFirstQuestion: true,
      translations,
    });
    expect(changed.userErrors).toEqual([]);
    const { campaign } = await api.run(
      graphql(`query ($id: ID!) { campaign(id: $id) {
        messageTemplate asksFirstQuestion translations { languageCode messageTemplate buttonText } } }`),
      { id },
    );
    expect(campaign).toEqual({
      messageTemplate: 'Hi',
      asksFirstQuestion: true,
      translations: [{ languageCode: 'pt-br', messageTemplate: 'Oi', buttonText: null }],
    });
    await startCampaign(api, id);
    await change(api, 'pauseCampaign', id);
    const late = await updateCampaign(api, id, { asksFirstQuestion: false });
    expect(late.userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
  });
});
