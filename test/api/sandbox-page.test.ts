import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TestApp } from '../support/app.js';
import { codeOf, overHttp, overSocket } from '../support/requests.js';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.prepare();
  await app.startApi('api');
});
afterAll(() => app.stop());

/** A GET as a browser sends it; fetch would not let a test set the Host header. */
async function page(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request(`${url}/graphql`, { headers }, (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, body });
      }, reject);
    })
      .on('error', reject)
      .end();
  });
}

const HTML = { accept: 'text/html' };

describe('the Sandbox page', () => {
  test('offers the example operations, and no token where one was configured', async () => {
    const { status, body } = await page(app.url, HTML);
    expect(status).toBe(200);
    for (const name of ['createCampaign', 'startCampaign', 'campaignProgress']) expect(body).toContain(name);
    expect(body).not.toMatch(/Bearer/i);
    expect(body).not.toContain('test-admin-token');
  });

  test('is left out in production, and hints about the schema with it', async () => {
    const own = await TestApp.prepare();
    try {
      const url = await own.startApi('api', { NODE_ENV: 'production' });
      const { body, status } = await page(url, HTML);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain('startCampaign');
      for (const send of [overHttp, overSocket]) {
        const { errors } = await send(url, { query: '{ polls { totalCoun } }' });
        expect(errors?.[0]?.message).toMatch(/Cannot query field/);
        expect(errors?.[0]?.message).not.toMatch(/Did you mean/);
      }
    } finally {
      await own.stop();
    }
  });
});

describe('an installation that has made its own token', () => {
  let dataDir: string;
  let own: TestApp;
  let token: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pollcast-api-'));
    own = await TestApp.prepare({ environment: { ADMIN_TOKEN: '', DATA_DIR: dataDir } });
    await own.startApi('api');
    token = /admin token: ([\w-]+)/.exec(own.output())?.[1] ?? '';
  });
  afterAll(async () => {
    await own.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('fills it in on the page, so that the page can be used at once', async () => {
    expect(token).toMatch(/^[\w-]{32}$/);
    expect((await page(own.url, HTML)).body).toContain(`Bearer ${token}`);
    expect(codeOf(await overHttp(own.url, { query: '{ polls { totalCount } }' }, token))).toBeUndefined();
  });

  test.each([
    ['text/html', 'evil.example'],
    ['text/html', 'evil.example:4000'],
    ['text/html', '127.0.0.1.evil.example'],
    ['text/*', 'evil.example'],
    ['TEXT/HTML', 'evil.example'],
    ['application/json;q=0, */*', 'evil.example'],
  ])('keeps it from a page that asks for %s under the name %s', async (accept, host) => {
    const { status, body } = await page(own.url, { accept, host });
    expect(status).toBe(403);
    expect(body).not.toContain(token);
  });

  test('keeps it from other machines', async () => {
    const url = await own.startApi('api', { HOST: '0.0.0.0' });
    const { status, body } = await page(url, HTML);
    expect(status).toBe(200);
    expect(body).not.toContain(token);
  });
});
