import { describe, expect, test } from '@jest/globals';
import { overHttp, overSocket } from '../support/requests.js';
import { production } from './production.js';
import { openExplorer, preflight } from './support/explorer.js';

function get(path: string): Promise<Response> {
  return fetch(production + path, { headers: { accept: 'text/html,*/*' } });
}

describe('the dashboard', () => {
  test('is a page of its own files, also in production, and of no other', async () => {
    const page = await get('/');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    const html = await page.text();
    expect(html).not.toMatch(/https?:|<script>|<style|Bearer/);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files.filter((file) => file.startsWith('/assets/')).length).toBeGreaterThanOrEqual(2);
    for (const file of files) expect([file, (await get(file)).status]).toEqual([file, 200]);
    const asset = await get(files.find((file) => file.endsWith('.js')) ?? '');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-type')).toContain('javascript');
  });

  test.each(['/campaigns/campaign_1', '/polls', '/people/import', '/installation/audit'])(
    'serves its page at %s',
    async (path) => {
      const response = await get(path);
      expect([response.status, await response.text()]).toEqual([200, await (await get('/')).text()]);
    },
  );

  test.each(['/nothing', '/campaignsx', '/assets/nothing.js', '/assets/..%2findex.html', '/explorer'])(
    'leaves %s a 404 in the form of the API',
    async (path) => {
      const response = await get(path);
      expect([response.status, await response.json()]).toMatchObject([
        404,
        { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
      ]);
    },
  );

  test('has no explorer in production, nor hints about the schema with it', async () => {
    const url = production;
    const { body, status } = await openExplorer(url);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain('explorer');
    expect((await fetch(`${url}/explorer/operations`)).status).toBe(404);
    for (const send of [overHttp, overSocket]) {
      const { errors } = await send(url, { query: '{ polls { totalCoun } }' });
      expect(errors?.[0]?.message).toMatch(/Cannot query field/);
      expect(errors?.[0]?.message).not.toMatch(/Did you mean/);
    }
    expect((await preflight(url)).headers.get('access-control-allow-origin')).toBeNull();
  });
});
