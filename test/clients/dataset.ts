import type { TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/empty.js';
import { createToken } from '../support/tokens.js';
import { createCampaign, createOpenPoll } from '../support/factories.js';

export const CAMPAIGNS = 5;
export const USERS = 7;

/** Nothing but polls, questions, options, campaigns, users and tokens whose numbers are the same: 1 and up. */
export async function createDataset(app: TestApp): Promise<void> {
  await emptyDatabase(app);
  await createToken(app.database, 'ops');
  const api = app.client();
  for (const title of ['Lunch', 'Dinner']) {
    const questions = ['First', 'Second'].map((text) => ({
      text: `${title}: ${text}`,
      options: [`${title} good`, `${title} bad`],
    }));
    await createOpenPoll(api, { title, questions });
  }
  for (let number = 1; number <= CAMPAIGNS; number += 1) {
    await createCampaign(api, '1', { name: `Campaign ${number}` });
  }
  await app.database.query(`
    INSERT INTO telegram_user (id, first_name) SELECT place, 'Person ' || place FROM generate_series(1, ${USERS}) place;
    INSERT INTO campaign_chunk (campaign_id, number) SELECT id, 0 FROM notification_campaign;
    INSERT INTO delivery (campaign_id, chunk_number, user_id, status)
    SELECT campaign.id, 0, person.id, CASE WHEN person.id % 2 = 0 THEN 'SENT' ELSE 'FAILED' END
    FROM notification_campaign campaign, telegram_user person`);
}

/** What was asked for, without what a client has added. */
export function withoutTypenames(data: unknown): unknown {
  return JSON.parse(
    JSON.stringify(data, (key, value: unknown) => (key === '__typename' ? undefined : value)),
  );
}

/** Something of every type, by lists and as parts of each other. */
export const OVERVIEW = `
  viewer { name role }
  polls(first: 5) { edges { cursor node { id title status questions { id text position options { id text } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  campaigns(first: 3, orderBy: CREATED_AT_ASC) {
    edges { cursor node { id name status pacing { chunkSize } topic { id title }
      deliveries(first: 4) { edges { cursor node { id status user { id firstName telegramId } campaign { id name } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  telegramUsers(last: 2) { edges { cursor node { id firstName telegramId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  auditLog(first: 2) { edges { cursor node { id action } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  nodes(ids: ["question_1", "poll_1", "option_1", "user_1", "campaign_1", "delivery_1_1", "poll_99"]) { id }
`;
