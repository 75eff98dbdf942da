import { beforeAll, describe, expect, test } from '@jest/globals';
import { graphql, type ApiDocument } from '../../src/cli/graphql.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers } from '../support/factories.js';
import { statementsOf } from '../support/statements.js';
import { withAnyVariables } from '../support/untyped.js';
import { app } from './app.js';

const CAMPAIGNS = 12;

/** Statements that a query takes, by the size of its page. */
async function statementsFor(
  document: ApiDocument<object, never>,
  sizes: number[],
  variables = {},
): Promise<string[][]> {
  const query = withAnyVariables(document);
  const statements: string[][] = [];
  for (const first of sizes) {
    statements.push(await statementsOf(app, () => app.client().run(query, { first, ...variables })));
  }
  return statements;
}

describe('the statements of lists', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    const api = app.client();
    const questions = ['one', 'two', 'three'].map((text) => ({ text, options: ['Yes', 'No', 'Perhaps'] }));
    for (let index = 0; index < CAMPAIGNS; index += 1) {
      await createCampaign(api, await createOpenPoll(api, { questions }));
    }
    await createUsers(app.database, 20, 1);
    await app.database.query(`
      INSERT INTO campaign_chunk (campaign_id, number) SELECT min(id), 0 FROM notification_campaign`);
    await app.database.query(`
      INSERT INTO delivery (campaign_id, chunk_number, user_id)
      SELECT (SELECT min(id) FROM notification_campaign), 0, id FROM telegram_user`);
  });

  describe('the statements of a page', () => {
    test('of campaigns do not grow with it, however deep the query goes', async () => {
      const query = graphql(`query ($first: Int!) {
        campaigns(first: $first) {
          nodes { id topic { title completedCount audienceSize questions { text options { text answerCount } } } }
        }
      }`);
      const [small = [], large = []] = await statementsFor(query, [1, CAMPAIGNS]);
      // The token, campaigns, polls, questions, options, the counters of polls, and answers.
      expect(small).toHaveLength(7);
      expect(large).toHaveLength(7);
    });

    test('of polls do not grow with it', async () => {
      const query = graphql(
        'query ($first: Int!) { polls(first: $first) { nodes { questions { options { text } } } } }',
      );
      const [small = [], large = []] = await statementsFor(query, [1, CAMPAIGNS]);
      expect([small.length, large.length]).toEqual([4, 4]);
    });

    test('of deliveries do not grow with it', async () => {
      const [{ id } = { id: '' }] = await app.database.query<{ id: string }>(
        'SELECT min(id)::text AS id FROM notification_campaign',
      );
      const query = graphql(`query ($id: ID!, $first: Int!) {
        campaign(id: $id) { deliveries(first: $first) { nodes { user { firstName } } } }
      }`);
      const [small = [], large = []] = await statementsFor(query, [1, 20], { id });
      expect([small.length, large.length]).toEqual([4, 4]);
    });
  });

  describe('totalCount', () => {
    test.each(['campaigns', 'polls', 'telegramUsers'] as const)(
      'of %s is counted only when it is selected',
      async (list) => {
        const counts = (statements: string[]) => statements.filter((sql) => /\bcount\(/i.test(sql));
        const without = await statementsOf(app, () =>
          app.client().run(graphql(`{ ${list} { nodes { id } } }`)),
        );
        const alone = await statementsOf(app, () =>
          app.client().run(graphql(`{ ${list} { nodes { id } totalCount } }`)),
        );
        expect(counts(without)).toHaveLength(0);
        expect(without).toHaveLength(2);
        expect(counts(alone)).toHaveLength(1);
        expect(alone).toHaveLength(3);
      },
    );
  });
});
