import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { codeOf, overHttp, socketUrl } from '../support/requests.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { startInTerminal } from '../support/terminal.js';
import { emptyDatabase } from '../support/empty.js';
import { app } from './app.js';
import { APOLLO, openExplorer, preflight } from './support/explorer.js';

/** @returns the status with which a WebSocket of a page of this origin is answered */
function connectFrom(origin: string): Promise<number | undefined> {
  const socket = new WebSocket(socketUrl(app.url), 'graphql-transport-ws', { origin });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('upgrade', ({ statusCode }) => {
      resolve(statusCode);
    });
    socket.once('unexpected-response', (_request, { statusCode }) => {
      resolve(statusCode);
    });
  }).finally(() => {
    socket.removeAllListeners('error').on('error', () => undefined);
    socket.terminate();
  }) as Promise<number | undefined>;
}

describe('tools for the API', () => {
  beforeAll(() => emptyDatabase(app));

  describe('the explorer', () => {
    test('is a page of its own files, of which each is there', async () => {
      const { status, body, policy } = await openExplorer(app.url);
      expect(status).toBe(200);
      expect(policy).toContain("script-src 'self';");
      expect(body).not.toMatch(/https?:|<script>|Bearer/);
      const files = [...body.matchAll(/(?:src|href)="(\/explorer\/[^"]+)"/g)].map(([, file]) => file ?? '');
      expect(files.length).toBeGreaterThan(5);
      for (const file of files) {
        const response = await fetch(app.url + file);
        expect([file, response.status]).toEqual([file, 200]);
        expect(response.headers.get('content-type')).toMatch(/^text\/(javascript|css)/);
      }
    });

    test('offers the main job first, with variables', async () => {
      const groups = (await (await fetch(`${app.url}/explorer/operations`)).json()) as {
        title: string;
        operations: { name: string; query: string; variables: string }[];
      }[];
      expect(groups[0]?.title).toBe('Run a campaign');
      const names = groups[0]?.operations.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['createCampaign', 'startCampaign', 'campaignProgress']));
      const start = groups[0]?.operations.find(({ name }) => name === 'startCampaign');
      expect(JSON.parse(start?.variables ?? '')).toEqual({ id: 'campaign_1' });
    });

    test('does not keep programs from asking by GET', async () => {
      const query = encodeURIComponent('{ __typename }');
      const response = await fetch(`${app.url}/graphql?query=${query}`, {
        headers: { accept: 'application/json', 'apollo-require-preflight': '1' },
      });
      expect(response.headers.get('content-type')).toContain('json');
    });
  });

  describe('Apollo Sandbox', () => {
    test('may use the API in development: its preflight is answered', async () => {
      const { status, headers } = await preflight(app.url);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(APOLLO);
      expect(headers.get('access-control-allow-headers')).toMatch(/authorization/);
      expect(headers.get('access-control-allow-private-network')).toBe('true');
    });

    test('may subscribe, unlike pages of other origins', async () => {
      expect(await connectFrom(APOLLO)).toBe(101);
      expect(await connectFrom('https://evil.example')).toBe(403);
    });
  });

  describe('a process in a terminal', () => {
    let dataDir: string;
    let running: PollcastProcess;
    let url: string;
    let link: string;
    let token: string;

    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'pollcast-api-'));
      const environment = { DATABASE_URL: app.database.url, DATA_DIR: dataDir, PORT: '0' };
      running = startInTerminal('start', environment);
      [, link = '', url = ''] = await waitForOutput(running, /Explorer +((http:\S+)\/graphql#code=\S+)/);
      [, token = ''] = await waitForOutput(running, /Admin token +(\S+)/);
      await waitForOutput(running, /Stop +Ctrl\+C/);
    });
    afterAll(async () => {
      running.kill();
      expect(await running.exited).toBe(0);
      await rm(dataDir, { recursive: true, force: true });
    });

    function exchange(code: string | undefined): Promise<Response> {
      return fetch(`${url}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      });
    }

    test('says in one block where it is, with which token, what to try next and how to end it', async () => {
      const block = /Pollcast is running\.[\s\S]*?Ctrl\+C/.exec(running.output())?.[0] ?? '';
      expect(block).toMatch(
        /API +http:[^]*Admin token +[\w-]+ [^]*Telegram +nothing is sent: [^]*Try next +npm run seed/,
      );
      expect(token).toMatch(/^[\w-]{32}$/);
      expect(codeOf(await overHttp(url, { query: '{ polls { totalCount } }' }, token))).toBeUndefined();
      expect((await openExplorer(url)).body).not.toContain(token);
    });

    test('signs a browser in by its link, once, with a token that expires', async () => {
      const code = link.split('#code=')[1];
      const response = await exchange(code);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('set-cookie')).toBeNull();
      const signedIn = (await response.json()) as { token: string; role: string; expiresAt: string };
      expect(signedIn.role).toBe('ADMIN');
      expect(Date.parse(signedIn.expiresAt)).toBeGreaterThan(Date.now());
      const [stored] = await app.database.query(
        "SELECT name, expires_at IS NOT NULL AS expires FROM api_token WHERE name LIKE 'browser-%'",
      );
      expect(stored).toMatchObject({ expires: true });
      const query = '{ auditLog(first: 1) { nodes { actor action outcome } } }';
      expect(await overHttp(url, { query }, signedIn.token)).toMatchObject({
        data: {
          auditLog: { nodes: [{ actor: 'sign-in link', action: 'createToken', outcome: 'SUCCEEDED' }] },
        },
      });

      const again = await exchange(code);
      expect([again.status, await again.json()]).toMatchObject([
        401,
        { errors: [{ extensions: { code: 'SIGN_IN_LINK_INVALID' } }] },
      ]);
    });

    test.each([undefined, '', 'wrong', 'x'.repeat(900)])('refuses the code %p', async (code) => {
      expect((await exchange(code)).status).toBe(401);
    });
  });
});
