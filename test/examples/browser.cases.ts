import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { ADMIN_TOKEN } from '../support/app.js';
import { BrowserPage } from '../support/chromium.js';
import { emptyApp } from '../support/empty.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { followProcess, waitForOutput, type PollcastProcess } from '../support/process.js';
import { findProgram, testWith } from '../support/programs.js';
import { waitFor } from '../support/wait.js';
import { app, site } from './app.js';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const testBrowser = testWith(chromium, 'Chromium');

let page: PollcastProcess;

/** Fills in the form and presses its button. */
function watch(campaignId: string, token: string): string {
  return `
    document.forms[0].campaign.value = ${JSON.stringify(campaignId)};
    document.forms[0].token.value = ${JSON.stringify(token)};
    document.forms[0].requestSubmit();`;
}

describe('examples/browser', () => {
  beforeAll(async () => {
    await emptyApp(app);
    const program = projectPath('examples', 'browser', 'serve.mjs');
    page = followProcess(
      spawn(process.execPath, [program, site.port], { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    await waitForOutput(page, /Open http/);
  });
  afterAll(() => {
    page.kill('SIGKILL');
  });

  testBrowser('the page of another origin shows a campaign to its end, or why it may not', async () => {
    await createUsers(app.database, 3);
    const id = await createCampaign(app.client(), await createOpenPoll(app.client()));
    const api = `${app.url.replace('http', 'ws')}/graphql`;
    const browser = await BrowserPage.open(chromium ?? '', `${site.origin}/?api=${encodeURIComponent(api)}`);
    const shown = (text: string): Promise<unknown> =>
      waitFor(`the page to show "${text}"`, async () => {
        const line = await browser.evaluate('document.querySelector("[role=status]").textContent');
        return line === text;
      });
    try {
      // The first document is an empty one.
      await waitFor('the page', () =>
        browser.evaluate('document.readyState === "complete" && document.forms.length > 0'),
      );
      await browser.evaluate(watch(id, 'not-a-token-of-this-api'));
      await shown('Forbidden');
      await browser.evaluate(watch(id, ADMIN_TOKEN));
      await shown('PENDING: 0 of 0 sent');
      await startCampaign(app.client(), id);
      await shown('COMPLETED: 3 of 3 sent');
      expect(await browser.evaluate('document.querySelector("progress").value')).toBe(100);
    } finally {
      await browser.close();
    }
  });
});
