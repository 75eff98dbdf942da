import { describe, expect, test } from '@jest/globals';
import { useApp } from '../support/use-app.js';

const app = useApp({ run: ['api'], environment: { NODE_ENV: 'production' } });

function get(path: string): Promise<Response> {
  return fetch(app.url + path, { headers: { accept: 'text/html,*/*' } });
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
});
