import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestApp, VIEWER_TOKEN } from '../support/app.js';
import { createOpenPoll } from '../support/factories.js';
import { overSocket, type Operation } from '../support/requests.js';

/** How much longer than other input of its size it may take. */
const MAX_RATIO = 20;

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.prepare();
  await app.startApi('api');
});
afterAll(() => app.stop());

describe('input that is made to be read slowly takes no longer than other input of its size', () => {
  const BY_STATUS = 'query ($status: [PollStatus!]) { polls(filter: { status: $status }) { totalCount } }';
  const preview = (messageTemplate: string): Operation => ({
    query: 'query ($input: CreateCampaignInput!) { campaignPreview(input: $input) { sampleText } }',
    variables: { input: { topicId: '1', messageTemplate } },
  });

  /** The shorter of two times, ms: the first may pay for what is compiled and cached. */
  async function timeOf(operation: Operation): Promise<number> {
    const times: number[] = [];
    for (let run = 0; run < 2; run += 1) {
      const startedAt = performance.now();
      await overSocket(app.url, operation, VIEWER_TOKEN);
      times.push(performance.now() - startedAt);
    }
    return Math.min(...times);
  }

  test.each([
    [
      'a placeholder of spaces that does not end',
      preview(`{{${' '.repeat(3000)}`),
      preview('x'.repeat(3002)),
    ],
    [
      'a template of nothing but unknown placeholders',
      preview('{{x}}'.repeat(6000)),
      preview('&amp;'.repeat(4000)),
    ],
    ['a template of quotes that do not end', preview('<b a="'.repeat(5000)), preview('&amp;'.repeat(4000))],
    ['a template of tags that do not end', preview('<b>'.repeat(10_000)), preview('&amp;'.repeat(4000))],
    [
      'a list of values that are all wrong',
      { query: BY_STATUS, variables: { status: Array<number>(200_000).fill(1) } },
      { query: BY_STATUS, variables: { status: Array<string>(100_000).fill('OPEN') } },
    ],
    [
      'a value that is full of suggestions',
      { query: BY_STATUS, variables: { status: ['Did you mean '.repeat(10_000)] } },
      { query: BY_STATUS, variables: { status: ['x'.repeat(130_000)] } },
    ],
  ])('%s', async (_case, hostile, harmless) => {
    await createOpenPoll(app.client());
    expect(await timeOf(hostile)).toBeLessThan(MAX_RATIO * (await timeOf(harmless)));
  });
});
