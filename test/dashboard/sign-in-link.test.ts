import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { testInBrowser, useBrowser } from '../support/dashboard.js';
import { runHosted } from '../support/hosted-program.js';
import { waitForOutput, type PollcastProcess } from '../support/process.js';
import { startInTerminal } from '../support/terminal.js';
import { useApp } from '../support/use-app.js';

const app = useApp({ run: [] });
const browser = useBrowser();
let dataDir: string;
let running: PollcastProcess;
let link: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pollcast-link-'));
  const seeded = await runHosted(['seed'], { DATABASE_URL: app.database.url });
  expect(seeded.output).toContain('70 to notify');
  running = startInTerminal('start', { DATABASE_URL: app.database.url, DATA_DIR: dataDir, PORT: '0' });
  // The dashboard's is the first address that is printed.
  [, link = ''] = await waitForOutput(running, /Pollcast is running\.\s+Dashboard +(http:\S+\/#code=\S+)/);
});
afterAll(async () => {
  running.kill();
  await running.exited;
  await rm(dataDir, { recursive: true, force: true });
});

/** Tabs to something, as who has no mouse does, and sees that it has the keyboard. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const focused = target.and(page.locator(':focus-visible'));
  for (let tabs = 0; tabs < 60; tabs += 1) {
    await page.keyboard.press('Tab');
    if ((await focused.count()) === 0) continue;
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    return;
  }
  throw new Error(`No way by Tab to ${String(target)}.`);
}

async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** From the list of campaigns to the end of another one. */
async function remindByKeyboard(page: Page): Promise<void> {
  await press(page, page.getByRole('link', { name: 'New campaign' }));
  const poll = page.getByRole('radio', { name: /Reference poll 30 of 100 completed/ });
  await poll.waitFor();
  await press(page, poll, 'Space');
  for (const step of ['Whom', 'Text', 'When and how fast']) {
    await press(page, page.getByRole('button', { name: 'Next' }));
    await page.getByRole('heading', { name: step, exact: true }).waitFor();
  }
  await press(page, page.getByLabel('Between two messages of a chunk, ms'), 'Control+A');
  await page.keyboard.type('0');
  await page.getByText(/70 reminders take [23] s/).waitFor();
  await press(page, page.getByRole('button', { name: 'Create campaign' }));
  await page.getByRole('heading', { name: 'Test', exact: true }).waitFor();
  await press(page, page.getByRole('button', { name: 'Next' }));
  const start = page.getByRole('button', { name: 'Start now: remind 70 people' });
  await start.waitFor();
  await press(page, start);
  await press(page, page.getByRole('dialog').getByRole('button', { name: 'Start now: remind 70 people' }));
  await page.getByText('70 of 70').waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe('content');
}

testInBrowser(
  'the printed link signs in once, and leads by clicks, or by the keyboard, to 70 of 70 reminders',
  async () => {
    const page = await browser.open(link);
    await page.getByText('administrator').waitFor();
    expect(page.url()).toBe(link.replace(/#.*/, ''));
    await page.getByText('No campaigns yet.').waitFor();
    const other = await browser.open(link);
    await other.getByText('This link has been used').waitFor();

    await page.getByRole('link', { name: 'New campaign' }).click();
    await page.getByRole('radio', { name: /Reference poll 30 of 100 completed/ }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('70 people will be reminded').waitFor();
    await page.getByRole('row', { name: 'Have completed the poll 30' }).waitFor();
    await page.getByRole('link', { name: 'Text' }).click();
    await page
      .locator('.bubble')
      .getByText(/Reference poll/)
      .waitFor();
    await page.getByRole('link', { name: 'When and how fast' }).click();
    await page.getByLabel('Between two messages of a chunk, ms').fill('0');
    await page.getByText(/70 reminders take [23] s/).waitFor();
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await page.getByRole('link', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: 'Start now: remind 70 people' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start now: remind 70 people' }).click();
    await page.getByText('70 of 70').waitFor();
    await page.getByText('Completed', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Campaigns', exact: true }).click();
    await page.getByRole('row', { name: /Reference poll.*Completed.*70 of 70/ }).waitFor();
    await remindByKeyboard(page);
  },
);
