import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { findProgram, pathOf, testWith } from './programs.js';

const program =
  process.env.CHROMIUM_PATH ?? pathOf(findProgram('chromium', 'chromium-browser', 'google-chrome'));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Longer than any single wait of a test, also on a slow machine. */
const PATIENCE_MS = 60_000;

export const testInBrowser = testWith(program, 'Chromium');

export interface Dashboard {
  /** A page of a browser in which nobody is signed in, or who has the token. */
  open: (url: string, options?: BrowserContextOptions & { token?: string }) => Promise<Page>;
}

/** A browser for the tests of a file, which holds that no page asks another host or reports an error. */
export function useBrowser(): Dashboard {
  let browser: Browser;
  const strangers: string[] = [];
  const complaints: string[] = [];
  beforeAll(async () => {
    if (program === undefined) return;
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  });
  afterEach(async () => {
    if (program === undefined) return;
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect({ strangers, complaints }).toEqual({ strangers: [], complaints: [] });
  });
  afterAll(async () => {
    if (program !== undefined) await browser.close();
  });

  const open: Dashboard['open'] = async (url, { token, ...options } = {}) => {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    // The empty page that a tab begins with has no storage.
    if (token !== undefined)
      await context.addInitScript(
        `if (location.host) sessionStorage.setItem('pollcast.token', ${JSON.stringify(token)})`,
      );
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('request', (request) => {
      if (new URL(request.url()).host !== new URL(url).host) strangers.push(request.url());
    });
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => {
      // What a server that is away makes the browser say is part of the tests.
      if (message.type() === 'error' && /Content.Security|React|Uncaught/i.test(message.text()))
        complaints.push(message.text());
    });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };

  return { open };
}

/** Signs in as a person does in production. */
export async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('API token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Also of rules without findings axe-core describes each element, unless told not to; and no more than findings leaves the page. */
const FIND = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`;

/** What axe-core finds on the page, of any severity, in the light and the dark theme. */
export async function findingsOf(page: Page): Promise<string[]> {
  const findings: string[] = [];
  await page.evaluate(`if (!window.axe) { ${AXE} }`);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const found = await page.evaluate<string[]>(FIND);
    findings.push(...found.map((finding) => `${colorScheme}: ${finding}`));
  }
  await page.emulateMedia({ colorScheme: null });
  return findings;
}
