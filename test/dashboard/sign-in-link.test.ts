import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { testInBrowser, useBrowser } from '../support/dashboard.js';
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
  running = startInTerminal('start', { DATABASE_URL: app.database.url, DATA_DIR: dataDir, PORT: '0' });
  // The dashboard's is the first address that is printed.
  [, link = ''] = await waitForOutput(running, /Pollcast is running\.\s+Dashboard +(http:\S+\/#code=\S+)/);
});
afterAll(async () => {
  running.kill();
  await running.exited;
  await rm(dataDir, { recursive: true, force: true });
});

testInBrowser('the printed link signs in once, and leaves no code in the address', async () => {
  const page = await browser.open(link);
  await page.getByText('administrator').waitFor();
  expect(page.url()).toBe(link.replace(/#.*/, ''));
  await page.getByText('No campaigns yet.').waitFor();
  const other = await browser.open(link);
  await other.getByText('This link has been used').waitFor();
});
