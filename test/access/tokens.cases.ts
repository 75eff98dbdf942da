import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws/client';
import WebSocket from 'ws';
import { graphql } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { emptyDatabase } from '../support/empty.js';
import { createCampaign, createOpenPoll } from '../support/factories.js';
import { PROGRESS } from '../support/progress.js';
import { closeCode, codeOf, overHttp, overSocket, socketUrl } from '../support/requests.js';
import { statementsOf } from '../support/statements.js';
import { startDatabaseProxy } from '../support/tcp-proxy.js';
import { createToken, expireToken, revokeToken, useNewNumbers } from '../support/tokens.js';
import { waitFor } from '../support/wait.js';
import { app } from './app.js';

const QUERY = { query: '{ polls { totalCount } }' };
const NOTHING = { query: '{ __typename }' };
const UNKNOWN_TOKEN = 'pct_this-token-was-never-made-0123456789abcdefg';

const ENDINGS = [
  ['revoked', revokeToken],
  ['expired', expireToken],
] as const;
let campaignId: string;
let names = 0;
let name: string;

interface OpenSubscription {
  /** Resolves with the code with which the server closes the socket. */
  closed: Promise<number>;
  isOpen: () => boolean;
  dispose: () => Promise<void>;
}

/** Subscribes with a token. @returns once the first event is there */
async function subscribe(token: string): Promise<OpenSubscription> {
  const client = createClient({
    url: socketUrl(app.url),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  let open = true;
  const closed = new Promise<number>((resolve) => {
    client.on('closed', (event) => {
      open = false;
      resolve((event as { code: number }).code);
    });
  });
  await new Promise<void>((resolve, reject) => {
    client.subscribe(
      { query: PROGRESS, variables: { campaignId } },
      {
        next: () => {
          resolve();
        },
        error: reject,
        complete: () => undefined,
      },
    );
  });
  return {
    closed,
    isOpen: () => open,
    dispose: async () => {
      await client.dispose();
    },
  };
}

/** Ports of the application's connections that have looked after the tokens in use last. */
async function watchingConnections(): Promise<number[]> {
  const found = await app.database.query<{ port: number }>(
    `SELECT client_port AS port FROM pg_stat_activity WHERE datname = current_database()
       AND application_name = 'pollcast' AND query LIKE 'SELECT id FROM api_token WHERE id = ANY%'`,
  );
  return found.map(({ port }) => port);
}

/** A client that has been let in and reads nothing from then on. */
async function silentClient(token: string): Promise<WebSocket> {
  const socket = new WebSocket(socketUrl(app.url), 'graphql-transport-ws');
  // Writing to a connection that the server cut fails.
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
  socket.pause();
  return socket;
}

async function wasUsed(tokenName: string): Promise<boolean> {
  const used = 'SELECT FROM api_token WHERE name = $1 AND last_used_at IS NOT NULL';
  return (await app.database.query(used, [tokenName])).length > 0;
}

describe('tokens that end', () => {
  beforeAll(async () => {
    await emptyDatabase(app);
    await useNewNumbers(app.database);
    campaignId = await createCampaign(app.client(), await createOpenPoll(app.client()));
  });
  beforeEach(() => {
    name = `token-${(names += 1)}`;
  });

  describe.each(ENDINGS)('a token that is %s', (_how, end) => {
    test('is refused at once, over HTTP and over the WebSocket', async () => {
      const token = await createToken(app.database, name);
      expect(await overHttp(app.url, QUERY, token)).toMatchObject({ data: { polls: { totalCount: 1 } } });
      expect(await overSocket(app.url, QUERY, token)).toMatchObject({ data: { polls: { totalCount: 1 } } });

      await end(app.database, name);
      const answer = await overHttp(app.url, QUERY, token);
      expect([answer.status, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
      expect(await closeCode(app.url, { authorization: `Bearer ${token}` })).toBe(4403);
    });

    test('loses its open subscriptions, and no other token does', async () => {
      const ended = await createToken(app.database, name);
      const kept = await createToken(app.database, `${name}-kept`);
      const gone = await Promise.all([subscribe(ended), subscribe(ended)]);
      const left = await Promise.all([subscribe(kept), subscribe(VIEWER_TOKEN), subscribe(ADMIN_TOKEN)]);

      await end(app.database, name);
      const codes = await Promise.all(gone.map(({ closed }) => closed));
      expect(codes).toEqual([4403, 4403]);
      expect(left.map(({ isOpen }) => isOpen())).toEqual([true, true, true]);
      await Promise.all(left.map(({ dispose }) => dispose()));
    });
  });

  describe('a client that does not answer the closing of its socket', () => {
    test('can do nothing more with it, and is cut off', async () => {
      const output = app.outputFromNow();
      const socket = await silentClient(await createToken(app.database, name, 'ADMIN'));
      await revokeToken(app.database, name);
      const [token] = await app.database.query('SELECT id FROM api_token WHERE name = $1', [name]);
      await waitFor('the server to close it', () => output().includes(`"tokenId":"${String(token?.id)}"`));

      const query = 'mutation { createPoll(input: { title: "Too late", questions: [] }) { poll { id } } }';
      socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query } }));
      const isCutOff = () => {
        if (socket.readyState === socket.OPEN) socket.ping();
        return socket.readyState === socket.CLOSED;
      };
      await waitFor('the server to cut it off', isCutOff);
      const { auditLog } = await app
        .client()
        .run(graphql('query ($filter: AuditFilter) { auditLog(filter: $filter) { nodes { action } } }'), {
          filter: { actor: name },
        });
      expect(auditLog.nodes).toEqual([]);
    });
  });

  describe('the time that a token takes', () => {
    /** One of each: what is told of it must not show in what is done for it. */
    async function tokensOfEveryKind(): Promise<Record<string, string | null>> {
      const stored = await createToken(app.database, name);
      // Its first use is noted beside the request.
      await overHttp(app.url, NOTHING, stored);
      await waitFor('the note', () => wasUsed(name));
      const revoked = await createToken(app.database, `${name}-revoked`);
      await revokeToken(app.database, `${name}-revoked`);
      const expired = await createToken(app.database, `${name}-expired`);
      await expireToken(app.database, `${name}-expired`);
      return {
        stored,
        admin: ADMIN_TOKEN,
        viewer: VIEWER_TOKEN,
        revoked,
        expired,
        unknown: UNKNOWN_TOKEN,
        none: null,
      };
    }

    test('is one statement, the same for all of them and for none, over both transports', async () => {
      const connect = (token: string | null) =>
        closeCode(app.url, token === null ? undefined : { authorization: `Bearer ${token}` }).catch(
          () => 'let in',
        );
      const statements: Record<string, string[][]> = {};
      for (const [kind, token] of Object.entries(await tokensOfEveryKind())) {
        statements[kind] = [
          await statementsOf(app, () => overHttp(app.url, NOTHING, token)),
          await statementsOf(app, () => connect(token)),
        ];
      }
      const [lookup = ''] = statements.stored?.[0] ?? [];
      expect(lookup).toMatch(/^SELECT id, name, role FROM api_token WHERE token_hash = \$1 AND /);
      const kinds = ['stored', 'admin', 'viewer', 'revoked', 'expired', 'unknown', 'none'];
      expect(statements).toEqual(Object.fromEntries(kinds.map((kind) => [kind, [[lookup], [lookup]]])));
    });
  });

  describe('a token', () => {
    test('is in neither the database nor the log, only its SHA-256 digest is', async () => {
      const output = app.outputFromNow();
      const token = await createToken(app.database, name, 'OPERATOR');
      const query = 'mutation ($id: ID!) { startCampaign(id: $id) { userErrors { code } } }';
      await overHttp(app.url, { query, variables: { id: token } }, token);
      await overSocket(app.url, { query, variables: { id: token } }, token);
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const body = JSON.stringify(NOTHING);
      // Clients choose it, and it is logged with whatever the request does.
      await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'x-request-id': token },
        body,
      });
      await waitFor('the request in the log', () => output().includes('"requestId":"[secret]"'));
      const [, secret = ''] = token.split('pct_');
      const columns = await app.database.query<{ table: string; column: string }>(
        `SELECT table_name AS table, column_name AS column FROM information_schema.columns
         WHERE table_name IN ('api_token', 'audit_entry')`,
      );
      const found: string[] = [];
      for (const { table, column } of columns) {
        const holds = (form: string) =>
          app.database.query(`SELECT FROM ${table} WHERE position($1 IN ${column}::text) > 0`, [form]);
        if ((await holds(secret)).length > 0) found.push(`${table}.${column} holds the token`);
        const digest = createHash('sha256').update(token).digest('hex');
        if ((await holds(digest)).length > 0) found.push(`${table}.${column} holds its digest`);
      }
      expect(found).toEqual(['api_token.token_hash holds its digest']);
      await waitFor('the statements in the log', () => output().includes('INSERT INTO audit_entry'));
      expect(output()).not.toContain(secret);
    });

    test('is not told to be wrong while the database cannot be asked', async () => {
      const token = await createToken(app.database, name);
      await app.database.query('ALTER TABLE api_token RENAME TO out_of_reach');
      try {
        for (const presented of [token, UNKNOWN_TOKEN, ADMIN_TOKEN]) {
          const answer = await overHttp(app.url, QUERY, presented);
          expect(answer.status).toBe(500);
          expect(answer.errors).toEqual([
            {
              message: 'Something went wrong on our side.',
              extensions: { code: 'INTERNAL_SERVER_ERROR' },
            },
          ]);
          expect(await closeCode(app.url, { authorization: `Bearer ${presented}` })).toBe(4500);
        }
      } finally {
        await app.database.query('ALTER TABLE out_of_reach RENAME TO api_token');
      }
      expect((await overHttp(app.url, QUERY, token)).status).toBe(200);
    });

    test('keeps its sockets while the database cannot be asked', async () => {
      const output = app.outputFromNow();
      const subscription = await subscribe(await createToken(app.database, name));
      await app.database.query('ALTER TABLE api_token RENAME TO out_of_reach');
      try {
        await waitFor('a vain look', () => output().includes('the tokens in use could not be checked'));
      } finally {
        await app.database.query('ALTER TABLE out_of_reach RENAME TO api_token');
      }
      expect(subscription.isOpen()).toBe(true);
      await revokeToken(app.database, name);
      expect(await subscription.closed).toBe(4403);
    });

    test('is watched on other connections when those in use fall silent', async () => {
      const { proxy, url: through } = await startDatabaseProxy(app.database.url);
      const before = app.url;
      try {
        await app.startApi('api', { DATABASE_URL: through });
        const subscription = await subscribe(await createToken(app.database, name));
        const ports = await waitFor('a look at the tokens', async () => {
          const found = await watchingConnections();
          return found.length > 0 && found;
        });
        for (const port of ports) proxy.silence(port);
        await revokeToken(app.database, name);
        expect(await subscription.closed).toBe(4403);
        // Not only once the statement on the silent one had timed out.
        expect(app.processes.at(-1)?.output()).not.toContain('the tokens in use could not be checked');
      } finally {
        await proxy.close();
        await app.processes.at(-1)?.stop();
        app.url = before;
      }
    });
  });
});
