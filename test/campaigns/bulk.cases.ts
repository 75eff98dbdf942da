import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql, type OperationOf, type ResultOf } from '../../src/cli/graphql.js';
import { emptyApp } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { codeOf, overHttp } from '../support/requests.js';
import { createToken } from '../support/tokens.js';
import { app } from './app.js';

let operator: string;
let running: string;
let pending: string;

type Bulk = 'pauseCampaigns' | 'resumeCampaigns' | 'cancelCampaigns';
type Payload = ResultOf<OperationOf<'pauseCampaigns'>>['pauseCampaigns'];

async function change(mutation: Bulk, ids: readonly string[], token?: string): Promise<Payload> {
  const query = graphql(`mutation ($ids: [ID!]!) {
    payload: ${mutation}(ids: $ids) { campaigns { id status } userErrors { field code message } }
  }`);
  return (await app.client(token).run(query, { ids })).payload;
}

describe('campaigns in bulk', () => {
  beforeAll(async () => {
    await emptyApp(app);
    await createUsers(app.database, 3);
    operator = await createToken(app.database, 'ops', 'OPERATOR');
  });
  beforeEach(async () => {
    const api = app.client();
    running = await createCampaign(api, await createOpenPoll(api), { pacing: { sendIntervalMs: 60_000 } });
    pending = await createCampaign(api, await createOpenPoll(api));
    await startCampaign(api, running);
    await app.database.query('TRUNCATE audit_entry');
  });

  test('each campaign is changed on its own, and those that cannot be are named by their place', async () => {
    const ids = ['campaign_999999', running, `campaign_${running}`, pending, 'poll_1', 'nonsense'];
    const paused = await change('pauseCampaigns', ids, operator);
    expect(paused.campaigns).toEqual([
      { id: `campaign_${running}`, status: 'PAUSED' },
      { id: `campaign_${pending}`, status: 'PENDING' },
    ]);
    expect(paused.userErrors.map(({ field, code }) => [field, code])).toEqual([
      [['ids', '0'], 'NOT_FOUND'],
      [['ids', '3'], 'INVALID_STATE'],
      [['ids', '4'], 'NOT_FOUND'],
      [['ids', '5'], 'NOT_FOUND'],
    ]);
    expect(paused.userErrors[2]?.message).toContain('the id of a poll');

    expect(await change('resumeCampaigns', [running], operator)).toEqual({
      campaigns: [{ id: `campaign_${running}`, status: 'PROCESSING' }],
      userErrors: [],
    });
    const cancelled = await change('cancelCampaigns', [running, pending]);
    expect(cancelled.campaigns.map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('the audit log has the call, and an entry for each campaign', async () => {
    await change('pauseCampaigns', [running, pending]);
    const entries = await app.database.query(
      'SELECT action, campaign_id, detail, outcome, code FROM audit_entry ORDER BY id',
    );
    const entry = { campaign_id: null, detail: null, outcome: 'SUCCEEDED', code: null };
    expect(entries).toEqual([
      {
        ...entry,
        action: 'pauseCampaigns',
        detail: 'campaigns: 2',
        outcome: 'REFUSED',
        code: 'INVALID_STATE',
      },
      { ...entry, action: 'pauseCampaign', campaign_id: running },
      { ...entry, action: 'pauseCampaign', campaign_id: pending, outcome: 'REFUSED', code: 'INVALID_STATE' },
    ]);
  });

  test('101 are too many, none is fine, and an operator cancels none', async () => {
    const tooMany = await change('cancelCampaigns', Array<string>(101).fill(running));
    expect(tooMany).toMatchObject({ campaigns: [], userErrors: [{ field: ['ids'], code: 'INVALID' }] });
    expect(await change('pauseCampaigns', [])).toEqual({ campaigns: [], userErrors: [] });
    const query = `mutation { cancelCampaigns(ids: ["${running}"]) { campaigns { id } } }`;
    expect(codeOf(await overHttp(app.url, { query }, operator))).toBe('FORBIDDEN');
  });
});
