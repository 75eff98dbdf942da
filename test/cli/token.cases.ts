import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { runHosted } from '../support/hosted-program.js';
import { runCommand } from '../support/process.js';
import { codeOf, overHttp } from '../support/requests.js';
import { emptyDatabase } from '../support/empty.js';
import { app } from './app.js';

function token(...argv: string[]): Promise<{ code: number; output: string }> {
  return runHosted(['token', ...argv], { DATABASE_URL: app.database.url });
}

async function revokedToken(name: string): Promise<void> {
  await token('create', '--name', name, '--role', 'ADMIN');
  await token('revoke', name);
}

const QUERY = { query: '{ auditLog { totalCount } }' };
const INSTANT = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;

describe('npm run token', () => {
  beforeEach(() => emptyDatabase(app));

  test('makes a token, lists it without it, and revokes it', async () => {
    const argv = ['token', 'create', '--name', 'ops', '--role', 'ADMIN', '--expires', '90d'];
    const created = await runCommand(argv, { DATABASE_URL: app.database.url });
    const [said, secret = ''] = created.output.trim().split('\n');
    expect(created.code).toBe(0);
    expect(said).toMatch(new RegExp(`^token_1 ops is ADMIN until ${INSTANT}. It is shown this once only:$`));
    expect(secret).toMatch(/^pct_[\w-]{43}$/);
    expect((await overHttp(app.url, QUERY, secret)).status).toBe(200);
    const [lifetime] = await app.database.query(
      "SELECT expires_at - created_at BETWEEN interval '90 days' AND interval '90 days 1 second' AS right FROM api_token",
    );
    expect(lifetime).toEqual({ right: true });

    const listed = await token('list');
    expect(listed.output).toMatch(new RegExp(`^token_1 +ops +ADMIN +${INSTANT} +${INSTANT} +valid$`, 'm'));

    const revoked = await token('revoke', 'ops');
    expect(revoked).toEqual({
      code: 0,
      output: 'Revoked token_1 ops: it is refused from now on, and its connections end within 5 s.\n',
    });
    expect(codeOf(await overHttp(app.url, QUERY, secret))).toBe('UNAUTHENTICATED');
    expect(await token('revoke', 'token_1')).toEqual({ code: 1, output: 'Token ops was revoked before.\n' });

    const digest = createHash('sha256').update(secret).digest('hex');
    for (const { output } of [listed, revoked, await token('list')]) {
      expect(output).not.toContain(secret);
      expect(output).not.toContain(digest);
    }
  });

  test('leaves entries in the audit log, also of what was refused, with no token in them', async () => {
    await revokedToken('ops');
    await token('revoke', 'token_1');
    const entries = await app.database.query(
      'SELECT action, actor, token_id, role, detail, outcome, code FROM audit_entry ORDER BY id',
    );
    const by = { actor: 'command line', token_id: null, role: 'ADMIN' };
    const revoke = { ...by, action: 'revokeToken' };
    expect(entries).toEqual([
      { ...by, action: 'createToken', detail: 'token: ops, role: ADMIN', outcome: 'SUCCEEDED', code: null },
      { ...revoke, detail: 'token: ops', outcome: 'SUCCEEDED', code: null },
      { ...revoke, detail: 'token: token_1', outcome: 'REFUSED', code: 'INVALID_STATE' },
    ]);
    const secret = `pct_${'x'.repeat(43)}`;
    await token('revoke', secret);
    const [last] = await app.database.query('SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1');
    expect(last).toMatchObject({
      action: 'revokeToken',
      detail: null,
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
    });
    expect(JSON.stringify(last)).not.toContain(secret);
  });

  test('lists what does not expire, has expired and is revoked, in columns', async () => {
    await revokedToken('ops');
    await token('create', '--name', 'screen', '--role', 'VIEWER');
    await token('create', '--name', 'a.short_visit-1', '--role', 'OPERATOR', '--expires', '1m');
    await app.database.query("UPDATE api_token SET expires_at = created_at WHERE name LIKE 'a.short%'");
    const { output } = await token('list');
    const [head = '', ...lines] = output.trim().split('\n');
    expect(head).toMatch(/^ID +NAME +ROLE +CREATED +EXPIRES +STATE$/);
    const cells = lines.map((line) => line.split(/ {2,}/));
    expect(cells.map(([, name, role, , , state]) => [name, role, state])).toEqual([
      ['ops', 'ADMIN', 'revoked'],
      ['screen', 'VIEWER', 'valid'],
      ['a.short_visit-1', 'OPERATOR', 'expired'],
    ]);
    expect(cells[1]?.[4]).toBe('never');
    for (const line of lines) expect(line.charAt(head.indexOf('STATE'))).toMatch(/[a-z]/);
  });

  test('never gives a name twice, also when its token is revoked', async () => {
    await revokedToken('ops');
    expect(await token('create', '--name', 'ops', '--role', 'VIEWER')).toEqual({
      code: 2,
      output: 'There is, or was, a token ops: choose another name, so that the audit log stays clear.\n',
    });
  });

  test.each([
    [
      ['revoke', 'nobody'],
      1,
      'There is no token of that name or id: the query apiTokens and "npm run token -- list" show them all.',
    ],
    [['revoke', 'poll_1'], 1, 'poll_1 is the id of a poll; the id of a token is wanted, such as token_3.'],
    [['create', '--name', 'token_3', '--role', 'VIEWER'], 2, 'A name must not look like an id'],
    [['create', '--name', '12', '--role', 'VIEWER'], 2, 'A name is a letter and up to 63 more'],
    [
      ['create', '--name', 'ADMIN_TOKEN', '--role', 'VIEWER'],
      2,
      'ADMIN_TOKEN is how the token of the settings',
    ],
    [['create', '--name', 'x', '--role', 'OWNER'], 2, 'Allowed choices are ADMIN, OPERATOR, VIEWER.'],
    [['create', '--role', 'ADMIN'], 2, "required option '--name <name>' not specified"],
    [['create', '--name', 'x'], 2, "required option '--role <role>' not specified"],
    [['create', '--name', 'x', '--role', 'ADMIN', '--expires', '90'], 2, 'a time such as 90d, 12h or 30m'],
    [['create', '--name', 'x', '--role', 'ADMIN', '--expires', '0d'], 2, 'a time such as 90d, 12h or 30m'],
    [['create', '--name', 'x', '--role', 'ADMIN', '--expires', '3651d'], 2, 'at most 3650d.'],
    [['revoke'], 2, "missing required argument 'name or id'"],
  ])('%j ends with %d and one sentence', async (argv, code, sentence) => {
    const ended = await token(...argv);
    expect(ended).toEqual({ code, output: expect.stringContaining(sentence) });
    expect(ended.output.trim().split('\n')).toHaveLength(1);
  });
});
