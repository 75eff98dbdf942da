import { beforeEach, describe, expect } from '@jest/globals';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { enterToken, findingsOf, testInBrowser } from '../support/dashboard.js';
import { createOpenPoll } from '../support/factories.js';
import { emptyApp } from '../support/empty.js';
import { app, browser } from './app.js';

describe('the installation', () => {
  beforeEach(() => emptyApp(app));

  testInBrowser('shows its workers and limits, and to a viewer nothing else', async () => {
    const page = await browser.open(`${app.url}/installation`, { token: VIEWER_TOKEN });
    await page.getByRole('table', { name: 'Workers' }).getByRole('row').nth(1).waitFor();
    await page.getByText('Nothing keeps reminders from being sent.').waitFor();
    expect(await page.getByRole('link', { name: 'API tokens' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'The job queue' }).count()).toBe(0);
    expect(await findingsOf(page)).toEqual([]);
    await page.goto(`${app.url}/installation/tokens`);
    await page.getByText('Your role does not allow you to see this.').waitFor();
  });

  testInBrowser('hands out tokens and takes them back, and the audit log says so', async () => {
    await createOpenPoll(app.client());
    const page = await browser.open(`${app.url}/installation/tokens`, { token: ADMIN_TOKEN });
    await page.getByText('No tokens yet.').waitFor();
    await page.getByRole('button', { name: 'New token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('not a name');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByRole('alert').getByText('letter').waitFor();
    await dialog.getByLabel('Name').fill('front-desk');
    await dialog.getByLabel('Role').selectOption('OPERATOR');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('it is not shown again').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    const token = (await dialog.getByRole('code').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('row', { name: 'front-desk operator valid' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);

    const other = await browser.open(app.url);
    await enterToken(other, token);
    await other.getByText('front-desk · operator').waitFor();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('“front-desk” was revoked.').waitFor();
    // Its WebSocket is closed, and with it the page.
    await other.getByLabel('API token').waitFor();

    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('row', { name: 'revokeApiToken' }).waitFor();
    await page.getByRole('button', { name: 'Refused' }).click();
    await page.getByRole('row', { name: 'createApiToken' }).getByText('INVALID').waitFor();
    await page.getByRole('button', { name: 'Refused' }).click();
    await page.getByLabel('Action').fill('openPoll');
    await page
      .getByRole('row', { name: 'openPoll' })
      .getByRole('link', { name: /poll_\d+/ })
      .waitFor();
    await page.getByRole('row', { name: 'revokeApiToken' }).waitFor({ state: 'detached' });
    expect(await findingsOf(page)).toEqual([]);
  });
});
