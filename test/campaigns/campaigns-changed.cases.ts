import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { VIEWER_TOKEN } from '../support/app.js';
import { emptyApp } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { codeOf, overSocket } from '../support/requests.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

const CHANGES = graphql(`subscription ($filter: CampaignFilter) {
  campaignsChanged(filter: $filter) { campaign { id name status sentUsers } deletedId version }
}`);
type Change = ResultOf<typeof CHANGES>['campaignsChanged'];
let pollId: string;

async function subscribers(): Promise<number> {
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  return Number(/^pollcast_subscribers (\d+)$/m.exec(metrics)?.[1]);
}

interface Following {
  /** What has come so far. The array is live. */
  changes: Change[];
  /** Resolves with the error that ends the subscription. */
  failed: Promise<unknown>;
}

/** Follows a list. @returns once the server knows of it, since there is no snapshot */
async function follow(
  filter: VariablesOf<typeof CHANGES>['filter'] = {},
  token?: string,
): Promise<Following> {
  const changes: Change[] = [];
  const before = await subscribers();
  const subscription = app.client(token).subscribe(CHANGES, { filter });
  const failed = (async () => {
    for await (const { campaignsChanged } of subscription) changes.push(campaignsChanged);
  })().catch((error: unknown) => error);
  await waitFor('the subscription', async () => (await subscribers()) > before);
  return { changes, failed };
}

async function change(
  mutation: 'pauseCampaign' | 'resumeCampaign' | 'cancelCampaign',
  id: string,
): Promise<void> {
  await app
    .client()
    .run(graphql(`mutation ($id: ID!) { ${mutation}(id: $id) { userErrors { code } } }`), { id });
}

/** The statuses that a campaign went through. */
function statusesOf(changes: readonly Change[], id: string): string[] {
  const statuses = changes.flatMap(({ campaign }) =>
    campaign?.id === `campaign_${id}` ? [campaign.status] : [],
  );
  return statuses.filter((status, index) => status !== statuses[index - 1]);
}

describe('campaignsChanged', () => {
  beforeAll(async () => {
    await emptyApp(app);
    await waitFor('the subscribers of other cases to leave', async () => (await subscribers()) === 0);
    await createUsers(app.database, 30);
  });
  beforeEach(async () => {
    pollId = await createOpenPoll(app.client());
  });

  test('tells of campaigns that are created, run and end, with rising versions', async () => {
    const { changes } = await follow({}, VIEWER_TOKEN);
    const id = await createCampaign(app.client(), pollId, { name: 'Spring' });
    await waitFor('the new campaign', () => statusesOf(changes, id).includes('PENDING'));
    await startCampaign(app.client(), id);
    await waitFor('its end', () => statusesOf(changes, id).at(-1) === 'COMPLETED');
    const own = changes.filter(({ campaign }) => campaign?.id === `campaign_${id}`);
    expect(own.at(-1)?.campaign).toMatchObject({ name: 'Spring', sentUsers: 30 });
    const versions = own.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  test('tells of what a filter matched before or after the change, and of nothing else', async () => {
    const { changes } = await follow({ status: ['PAUSED'] });
    const pacing = { sendIntervalMs: 60_000 };
    const id = await createCampaign(app.client(), pollId, { pacing });
    await startCampaign(app.client(), id);
    await change('pauseCampaign', id);
    await waitFor('the pause', () => statusesOf(changes, id).at(-1) === 'PAUSED');
    await change('resumeCampaign', id);
    await waitFor('the end of the pause', () => statusesOf(changes, id).at(-1) === 'PROCESSING');
    await change('cancelCampaign', id);

    const other = await createCampaign(app.client(), await createOpenPoll(app.client()), { pacing });
    await startCampaign(app.client(), other);
    await change('pauseCampaign', other);
    await waitFor('the pause of another', () => statusesOf(changes, other).at(-1) === 'PAUSED');
    expect(statusesOf(changes, id)).toEqual(['PAUSED', 'PROCESSING']);
    expect(statusesOf(changes, other)).toEqual(['PAUSED']);
  });

  test('tells of one poll only, and of campaigns that were deleted', async () => {
    const foreign = await createCampaign(app.client(), await createOpenPoll(app.client()));
    const id = await createCampaign(app.client(), pollId);
    const { changes } = await follow({ topicId: pollId });
    await app.database.query('DELETE FROM notification_campaign WHERE status = $1', ['PENDING']);
    await waitFor('the deletion', () => changes.some(({ deletedId }) => deletedId !== null));
    expect(changes.at(-1)).toEqual({
      campaign: null,
      deletedId: `campaign_${id}`,
      version: expect.any(Number),
    });
    // It may have been told of the creation before, and of the other poll's campaign never.
    expect(changes.map(({ campaign, deletedId }) => campaign?.id ?? deletedId)).not.toContain(
      `campaign_${foreign}`,
    );
  });

  test('ends with an error when changes may have been lost', async () => {
    const { failed } = await follow();
    await app.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'pollcast listen%campaign_changed%'`,
    );
    expect(await failed).toMatchObject({ cause: [{ extensions: { code: 'CHANGES_LOST' } }] });
  });

  test.each([
    ['topicId', { topicId: 'nonsense' }],
    ['status', { status: Array(21).fill('PENDING') }],
  ])('refuses a filter with an impossible %s', async (_field, filter) => {
    const answer = await overSocket(app.url, { query: CHANGES, variables: { filter } });
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  });
});
