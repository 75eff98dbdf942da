import { beforeAll, describe, expect, test } from '@jest/globals';
import { VIEWER_TOKEN } from '../support/app.js';
import { emptyDatabase } from '../support/empty.js';
import { codeOf, overHttp, type Operation } from '../support/requests.js';
import { app } from './app.js';

const thirty = (part: string): string =>
  Array.from({ length: 30 }, (_, index) => `a${index}: ${part}`).join(' ');
const searched = (list: string): string => `${list}(first: 1, filter: { search: "ann" }) { totalCount }`;

const COSTLY: [string, Operation][] = [
  [
    '30 previews, each of which counts all people',
    { query: `{ ${thirty('campaignPreview(input: { topicId: "1" }) { audienceSize }')} }` },
  ],
  ['30 counts of a search in all people', { query: `{ ${thirty(searched('telegramUsers'))} }` }],
  [
    'the same by variables and fragments',
    {
      query: `query ($filter: TelegramUserFilter) { ${thirty('telegramUsers(first: 1, filter: $filter) { ...A }')} }
        fragment A on TelegramUserConnection { ... { ...B } } fragment B on TelegramUserConnection { totalCount }`,
      variables: { filter: { groups: ['Staff'] } },
    },
  ],
  [
    'counts of a search in each of many lists of reminders',
    { query: `{ campaigns(first: 100) { nodes { ${searched('deliveries')} } } }` },
  ],
  [
    'counts of a search in each of many lists of participants',
    { query: `{ polls(first: 100) { nodes { ${searched('participants')} } } }` },
  ],
  [
    '30 timelines of a campaign',
    { query: `{ campaign(id: "campaign_1") { ${thirty('timeline { at }')} } }` },
  ],
  ['the timelines of many campaigns', { query: '{ campaigns(first: 100) { nodes { timeline { at } } } }' }],
  [
    'the timelines of many campaigns by their ids',
    {
      query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on NotificationCampaign { timeline { at } } } }',
      variables: { ids: Array<string>(100).fill('campaign_1') },
    },
  ],
  [
    'the completions over time of many polls',
    { query: '{ polls(first: 100) { nodes { completionsOverTime { at } } } }' },
  ],
];

describe('fields whose statements read very many rows', () => {
  beforeAll(() => emptyDatabase(app));

  test.each(COSTLY)('%s are refused', async (_case, operation) => {
    expect(codeOf(await overHttp(app.url, operation, VIEWER_TOKEN))).toBe('QUERY_TOO_COSTLY');
  });

  test('and few of them, and counts that are known, pass', async () => {
    const query = `{
      a: ${searched('telegramUsers')} b: ${searched('telegramUsers')}
      all: telegramUsers(first: 100) { totalCount }
      found: telegramUsers(first: 100, filter: { search: "ann" }) { nodes { id } }
      campaigns(first: 20) { nodes { deliveries(first: 1, filter: { status: [FAILED] }) { totalCount } } }
      timelines: campaigns(first: 10) { nodes { timeline { at } } }
    }`;
    expect((await overHttp(app.url, { query }, VIEWER_TOKEN)).errors).toBeUndefined();
  });
});
