import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphql, type ResultOf, type VariablesOf } from '../../src/cli/graphql.js';
import { codeOf, overHttp } from '../support/requests.js';
import { createToken, useNewNumbers } from '../support/tokens.js';
import { waitFor } from '../support/wait.js';
import { emptyDatabase } from '../support/empty.js';
import { app } from './app.js';

const FIELDS = 'id name role expiresAt revokedAt lastUsedAt';
let names = 0;
let name: string;
let operator: string;

const CREATE = graphql(`mutation ($name: String!, $role: Role! = VIEWER, $expiresAt: DateTime) {
  payload: createApiToken(name: $name, role: $role, expiresAt: $expiresAt) {
    apiToken { ${FIELDS} } token userErrors { field code message }
  }
}`);
const REVOKE = graphql(`mutation ($id: ID!) {
  payload: revokeApiToken(id: $id) { apiToken { ${FIELDS} } userErrors { field code message } }
}`);
const LIST = graphql(`{ apiTokens { ${FIELDS} } }`);

async function create(variables: VariablesOf<typeof CREATE>): Promise<ResultOf<typeof CREATE>['payload']> {
  return (await app.client().run(CREATE, variables)).payload;
}

async function revoke(id: string): Promise<ResultOf<typeof REVOKE>['payload']> {
  return (await app.client().run(REVOKE, { id })).payload;
}

async function list(): Promise<ResultOf<typeof LIST>['apiTokens']> {
  return (await app.client().run(LIST)).apiTokens;
}

async function isValid(token: string): Promise<boolean> {
  return codeOf(await overHttp(app.url, { query: '{ __typename }' }, token)) === undefined;
}

describe('tokens of the API', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    await useNewNumbers(app.database);
    operator = await createToken(app.database, 'ops', 'OPERATOR');
  });
  beforeEach(() => {
    name = `token-${(names += 1)}`;
  });

  test('a token is created, listed with its last use, and revoked for good', async () => {
    const expiresAt = '2099-12-31T00:00:00.000Z';
    const { apiToken, token, userErrors } = await create({ name, role: 'OPERATOR', expiresAt });
    expect(userErrors).toEqual([]);
    expect(apiToken).toMatchObject({ name, role: 'OPERATOR', expiresAt, revokedAt: null, lastUsedAt: null });

    expect(await isValid(token ?? '')).toBe(true);
    const listed = async () => (await list()).find((candidate) => candidate.name === name);
    const used = await waitFor('the note of its use', async () => {
      const found = await listed();
      return found?.lastUsedAt ? found : undefined;
    });
    expect(used).toMatchObject({ id: apiToken?.id, name });
    // Within a minute it is not written again.
    expect(await isValid(token ?? '')).toBe(true);
    expect(await listed()).toEqual(used);

    const revoked = await revoke(apiToken?.id ?? '');
    expect(revoked).toMatchObject({ apiToken: { name, revokedAt: expect.any(String) }, userErrors: [] });
    expect(await isValid(token ?? '')).toBe(false);
    expect(await revoke(apiToken?.id ?? '')).toEqual({
      apiToken: revoked.apiToken,
      userErrors: [expect.objectContaining({ code: 'INVALID_STATE', field: ['id'] })],
    });
  });

  test.each<[string, () => VariablesOf<typeof CREATE>, string, string]>([
    ['a name that another token had', () => ({ name: 'ops' }), 'name', 'TAKEN'],
    ['no name', () => ({ name: '' }), 'name', 'INVALID'],
    ['a name with a space', () => ({ name: 'two words' }), 'name', 'INVALID'],
    ['a name of 65 letters', () => ({ name: 'a'.repeat(65) }), 'name', 'INVALID'],
    ['the name of a setting', () => ({ name: 'ADMIN_TOKEN' }), 'name', 'INVALID'],
    [
      'an end that has passed',
      () => ({ name, expiresAt: '2020-01-01T00:00:00.000Z' }),
      'expiresAt',
      'INVALID',
    ],
  ])('%s is refused, and no token is made', async (_what, variables, field, code) => {
    const before = await list();
    expect(await create(variables())).toMatchObject({
      apiToken: null,
      token: null,
      userErrors: [{ field: [field], code }],
    });
    expect(await list()).toEqual(before);
  });

  test.each(['0', '-1', '999999', 'token_999999', '9'.repeat(40), ' ', "1' OR true --"])(
    'revoking %j, which is no token, says where to find them',
    async (id) => {
      const message = expect.stringContaining('apiTokens');
      expect(await revoke(id)).toMatchObject({
        apiToken: null,
        userErrors: [{ code: 'NOT_FOUND', message }],
      });
    },
  );

  test('an operator may neither see nor change tokens', async () => {
    for (const query of [
      '{ apiTokens { name } }',
      'mutation { createApiToken(name: "mine", role: ADMIN) { token } }',
      'mutation { revokeApiToken(id: 1) { apiToken { name } } }',
    ]) {
      expect(codeOf(await overHttp(app.url, { query }, operator))).toBe('FORBIDDEN');
    }
  });

  test('the audit log says which token was made for which role, and never holds a token', async () => {
    const { token, apiToken } = await create({ name, role: 'ADMIN' });
    await revoke(token ?? '');
    await revoke(apiToken?.id ?? '');
    const entries = await app.database.query(
      `SELECT action, detail, outcome FROM audit_entry WHERE action IN ('createApiToken', 'revokeApiToken')
       ORDER BY id DESC LIMIT 3`,
    );
    expect(entries).toEqual([
      { action: 'revokeApiToken', detail: `token: ${apiToken?.id}`, outcome: 'SUCCEEDED' },
      { action: 'revokeApiToken', detail: null, outcome: 'REFUSED' },
      { action: 'createApiToken', detail: `token: ${name}, role: ADMIN`, outcome: 'SUCCEEDED' },
    ]);
  });
});
