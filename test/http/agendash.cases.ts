import { describe, expect, test } from '@jest/globals';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { app, production } from './production.js';

function basic(token: string, user = 'anybody'): string {
  return `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
}

const PAGE_POLICY =
  "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;font-src 'self';" +
  "connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'";
const PAGE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

function get(path: string, authorization?: string): Promise<Response> {
  const headers = authorization === undefined ? undefined : { authorization };
  return fetch(`${production}${path}`, { headers, redirect: 'manual' });
}

function post(action: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${production}/jobs/api/jobs/${action}`, {
    method: 'POST',
    headers: { authorization: basic(ADMIN_TOKEN), 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function createJob(): Promise<string> {
  return app.jobs.addChunkJob();
}

/** The jobs, with nothing that changes by itself. */
async function jobs(): Promise<{ id: string; disabled: boolean }[]> {
  const all = (await app.jobs.all()) as {
    id?: string;
    _id?: { toHexString(): string };
    disabled?: boolean;
  }[];
  return all.map(({ id, _id, disabled }) => ({
    id: id ?? _id?.toHexString() ?? '',
    disabled: disabled ?? false,
  }));
}

const PATHS = [
  '/jobs/',
  '/jobs/index.html',
  '/jobs/api',
  '/jobs/api/stats',
  '/jobs/api/events',
  '/jobs/nothing',
];

describe('the page of jobs', () => {
  describe('access to the jobs', () => {
    test.each(PATHS)('has to be asked for a token: %s', async (path) => {
      for (const authorization of [
        undefined,
        '',
        'Basic',
        'Basic ===',
        'Bearer wrong-token-0000000',
        basic('wrong-token-0000000'),
        basic(`${ADMIN_TOKEN}x`),
        basic('', ADMIN_TOKEN),
        ADMIN_TOKEN,
      ]) {
        const response = await get(path, authorization);
        expect([authorization, response.status]).toEqual([authorization, 401]);
        expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
      }
    });

    test.each(PATHS)('is refused without the role ADMIN: %s', async (path) => {
      for (const authorization of [`Bearer ${VIEWER_TOKEN}`, basic(VIEWER_TOKEN)])
        expect((await get(path, authorization)).status).toBe(403);
    });

    test('gets the page and all that belongs to it from here', async () => {
      expect((await get('/jobs')).headers.get('location')).toBe('/jobs/');
      for (const authorization of [`Bearer ${ADMIN_TOKEN}`, basic(ADMIN_TOKEN), basic(ADMIN_TOKEN, '')]) {
        const page = await get('/jobs/', authorization);
        expect(page.status).toBe(200);
        expect(page.headers.get('content-security-policy')).toBe(PAGE_POLICY);
        expect(Object.fromEntries(page.headers)).toMatchObject(PAGE_HEADERS);
        const html = await page.text();
        const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
        expect(files.length).toBeGreaterThanOrEqual(2);
        for (const file of files) {
          const url = new URL(file, `${production}/jobs/`);
          expect(url.origin).toBe(production);
          expect((await get(url.pathname, authorization)).status).toBe(200);
        }
      }
    });

    test('sees jobs page by page, and what is no page is refused', async () => {
      const id = await createJob();
      const answer = await get('/jobs/api?job=send-chunk&limit=1', basic(ADMIN_TOKEN));
      expect(await answer.json()).toMatchObject({ jobs: [{ job: { name: 'send-chunk' } }] });
      for (const query of ['limit=0', 'limit=100000', 'skip=-1', 'q=%00', 'limit=x'])
        expect([query, (await get(`/jobs/api?${query}`, basic(ADMIN_TOKEN))).status]).toEqual([query, 400]);
      expect((await jobs()).map((job) => job.id)).toContain(id);
    });
  });

  describe('an admin', () => {
    test('may queue a job again, which makes another one', async () => {
      const id = await createJob();
      const before = await jobs();
      const response = await post('requeue', { jobIds: [id] });
      expect([response.status, await response.json()]).toEqual([200, { requeuedCount: 1 }]);
      expect(await jobs()).toHaveLength(before.length + 1);
      const entries = await app.database.query(
        'SELECT actor, action, detail, outcome FROM audit_entry ORDER BY id DESC LIMIT 1',
      );
      expect(entries).toEqual([
        { actor: 'ADMIN_TOKEN', action: 'requeueJobs', detail: 'jobs: 1', outcome: 'SUCCEEDED' },
      ]);
    });

    test.each(['delete', 'create', 'pause', 'resume', 'retry', 'nothing'])(
      'may not %s jobs',
      async (action) => {
        const id = await createJob();
        const before = await jobs();
        const response = await post(action, { jobIds: [id], jobName: 'reconcile' });
        expect(response.status).toBe(403);
        expect(await jobs()).toEqual(before);
        const deletion = await fetch(`${production}/jobs/api/jobs/${id}`, {
          method: 'DELETE',
          headers: { authorization: basic(ADMIN_TOKEN) },
        });
        expect(deletion.status).toBe(403);
        expect(await jobs()).toEqual(before);
      },
    );

    test.each<[string, unknown]>([
      ['no list', {}],
      ['no id of a job', { jobIds: ["x' OR true --"] }],
      ['too many', { jobIds: Array.from({ length: 201 }, () => '00000000-0000-0000-0000-000000000000') }],
    ])('gets 400 for %s', async (_name, body) => {
      expect((await post('requeue', body)).status).toBe(400);
    });

    test.each<[string, Record<string, string>, number]>([
      ['by fetch metadata', { 'sec-fetch-site': 'cross-site' }, 403],
      ['of a sister site', { 'sec-fetch-site': 'same-site' }, 403],
      ['by its origin', { origin: 'https://elsewhere.example' }, 403],
      ['without an origin to speak of', { origin: 'null' }, 403],
      ['as a form', { 'content-type': 'text/plain' }, 400],
      ['from the page itself', { 'sec-fetch-site': 'same-origin' }, 200],
    ])('whose browser sends what a page posts %s', async (_name, headers, status) => {
      const id = await createJob();
      expect((await post('requeue', { jobIds: [id] }, headers)).status).toBe(status);
    });
  });
});
