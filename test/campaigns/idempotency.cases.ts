import { beforeAll, describe, expect, test } from '@jest/globals';
import { operation, type OperationOf, type ResultOf } from '../../src/cli/graphql.js';
import { emptyDatabase } from '../support/empty.js';
import { createOpenPoll, type CampaignInput } from '../support/factories.js';
import { app } from './api.js';

type Payload = ResultOf<OperationOf<'createCampaign'>>['createCampaign'];
let topicId: string;
let otherTopicId: string;

async function create(input: Partial<CampaignInput>): Promise<Payload> {
  const answer = await app.client().run(operation('createCampaign'), { input: { topicId, ...input } });
  return answer.createCampaign;
}

async function countOf(idempotencyKey: string): Promise<number> {
  const rows = await app.database.query('SELECT FROM notification_campaign WHERE idempotency_key = $1', [
    idempotencyKey,
  ]);
  return rows.length;
}

describe('an idempotency key', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    topicId = await createOpenPoll(app.client());
    otherTopicId = await createOpenPoll(app.client());
  });

  const input = {
    messageTemplate: 'Hello {{firstName}}',
    pacing: { chunkSize: 5, sendIntervalMs: 10 },
    scheduledFor: '2099-01-01T00:00:00.000Z',
  };

  test('used again with the same input gives the same campaign', async () => {
    const idempotencyKey = 'same';
    const [first, second] = [
      await create({ ...input, idempotencyKey }),
      await create({ ...input, idempotencyKey }),
    ];
    expect(first.userErrors).toEqual([]);
    expect(second).toEqual(first);
    expect(await countOf(idempotencyKey)).toBe(1);
  });

  test.each<[string, () => Partial<CampaignInput>]>([
    ['topic', () => ({ topicId: otherTopicId })],
    ['template', () => ({ messageTemplate: 'Hi {{firstName}}' })],
    ['default template', () => ({ messageTemplate: null })],
    ['time', () => ({ scheduledFor: '2099-01-01T00:00:00.001Z' })],
    ['no time', () => ({ scheduledFor: null })],
    ['pacing', () => ({ pacing: { chunkSize: 5, sendIntervalMs: 11 } })],
    ['default pacing', () => ({ pacing: null })],
  ])('used again with another %s is a conflict', async (name, change) => {
    const idempotencyKey = `other ${name}`;
    await create({ ...input, idempotencyKey });
    const { campaign, userErrors } = await create({ ...input, idempotencyKey, ...change() });
    expect(campaign).toBeNull();
    expect(userErrors).toMatchObject([{ field: ['input', 'idempotencyKey'], code: 'IDEMPOTENCY_CONFLICT' }]);
    expect(await countOf(idempotencyKey)).toBe(1);
  });

  test('used by ten clients at the same time makes one campaign', async () => {
    const idempotencyKey = 'parallel';
    const payloads = await Promise.all(
      Array.from({ length: 10 }, () => create({ ...input, idempotencyKey })),
    );
    expect(payloads.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(payloads.map(({ campaign }) => campaign?.id)).size).toBe(1);
    expect(await countOf(idempotencyKey)).toBe(1);
  });

  test('used with two inputs at the same time makes one campaign and conflicts', async () => {
    const idempotencyKey = 'contended';
    const payloads = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        create({ ...input, idempotencyKey, pacing: { chunkSize: 1 + (index % 2) } }),
      ),
    );
    const codes = payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(codes).toEqual(Array(5).fill('IDEMPOTENCY_CONFLICT'));
    expect(await countOf(idempotencyKey)).toBe(1);
  });

  test('left out makes a campaign each time', async () => {
    const [first, second] = [await create({}), await create({})];
    expect(first.campaign?.id).not.toBe(second.campaign?.id);
  });
});
