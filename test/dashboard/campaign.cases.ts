import { beforeEach, describe, expect } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import type { Page } from 'playwright-core';
import { graphql, operation } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { findingsOf, testInBrowser } from '../support/dashboard.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { createToken } from '../support/tokens.js';
import { waitFor } from '../support/wait.js';
import { emptyApp } from '../support/empty.js';
import { app, browser } from './app.js';

const HOUR_MS = 3_600_000;
/** Four people at once, the others in an hour. */
const FOUR_AN_HOUR = { chunkSize: 4, chunkIntervalMs: HOUR_MS, sendIntervalMs: 0 };

/** A campaign for twelve people, of whom three cannot be reminded and one's answer is lost. */
async function prepareCampaign(): Promise<string> {
  const api = app.client();
  const users = (await createUsers(app.database, 12)).map(Number);
  const poll = await createOpenPoll(api, { title: 'Lunch' });
  const [, second = 0, third = 0, , fifth = 0, , seventh = 0] = users;
  const { faults } = app.sandbox;
  faults.add({ chatId: [second, fifth], times: 2, answer: FAULT_ANSWERS.unknownBadRequest });
  faults.add({ chatId: third, times: 1, answer: FAULT_ANSWERS.unknownForbidden });
  faults.add({ chatId: seventh, times: 1, answer: FAULT_ANSWERS.resetAfter });
  return createCampaign(api, poll, { name: 'Spring', pacing: FOUR_AN_HOUR });
}

const CHANGE_PACING = graphql(`mutation ($id: ID!, $pacing: PacingInput) {
  updateCampaign(id: $id, input: { pacing: $pacing }) { userErrors { message } }
}`);

function figure(page: Page, name: string, value: string): Promise<void> {
  return page
    .locator('.facts > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .filter({ hasText: value })
    .waitFor();
}

async function confirm(page: Page, button: string, text: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(text).waitFor();
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('the page of a campaign', () => {
  beforeEach(() => emptyApp(app));

  testInBrowser('is led by its role from the start to a retry by reason', async () => {
    const id = await prepareCampaign();
    const url = `${app.url}/campaigns/campaign_${id}`;
    const viewer = await browser.open(url, { token: VIEWER_TOKEN });
    await viewer.getByRole('heading', { name: 'Spring' }).waitFor();
    await viewer.getByText('Nobody has been reminded yet').waitFor();

    const token = await createToken(app.database, 'ops', 'OPERATOR');
    const operator = await browser.open(url, { token });
    await confirm(operator, 'Start', '12 people will be reminded.');
    await operator.getByText('4 of 12').waitFor();
    // Until the next chunk nothing is told, and nothing is sent.
    await operator.clock.install();
    await operator.reload();
    await figure(operator, 'Sent', '2');
    await operator.clock.fastForward(15_000);
    await figure(operator, 'Rate', '0/s of 1,000/s');
    await operator.getByRole('link', { name: 'Chunks' }).click();
    await operator.getByRole('row', { name: 'Chunk 1' }).getByText('Its time:').waitFor();
    await confirm(operator, 'Pause', '8 people are still to be reminded');
    await operator.getByRole('row', { name: 'Chunk 1' }).getByText('The campaign does not run').waitFor();
    expect(await findingsOf(operator)).toEqual([]);
    await operator.getByRole('link', { name: 'Edit' }).waitFor();
    for (const name of ['Retry', 'Cancel campaign', 'Delete'])
      expect(await operator.getByRole('button', { name }).count()).toBe(0);

    await app.client().run(CHANGE_PACING, { id, pacing: { chunkIntervalMs: 0 } });
    await confirm(operator, 'Resume', '8 people are still to be reminded.');
    await viewer.getByText('Completed', { exact: true }).first().waitFor();
    await figure(viewer, 'Sent', '8');
    await figure(viewer, 'Failed', '3');
    await figure(viewer, 'Unconfirmed', '1');
    expect(await viewer.getByRole('main').getByRole('button').count()).toBe(0);
    await viewer.goto(`${url}/history`);
    await viewer.getByText('Your role does not allow you to see this.').waitFor();

    const admin = await browser.open(url, { token: ADMIN_TOKEN });
    await admin.getByText('As a table').first().click();
    await admin
      .getByRole('figure', { name: 'Progress' })
      .getByRole('row')
      .last()
      .getByText('8', { exact: true })
      .waitFor();
    const rate = admin.getByRole('figure', { name: 'Rate against the limit' });
    await rate.getByText('As a table').click();
    await rate
      .getByRole('row', { name: /\b1,000$/ })
      .last()
      .waitFor();
    const row = admin.getByRole('row', { name: 'Telegram refused the request' });
    await row.getByRole('button', { name: 'Retry' }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByText('2 reminders will be sent again.').waitFor();
    await dialog.getByLabel('Unconfirmed').check();
    await dialog.getByText('people may get the reminder twice').waitFor();
    await dialog.getByText('1 reminder will be sent again.').waitFor();
    expect(await findingsOf(admin)).toEqual([]);
    await dialog.getByLabel('Failed').check();
    await dialog.getByLabel('Telegram forbids it').uncheck();
    await dialog.getByText('2 reminders will be sent again.').waitFor();
    await dialog.getByRole('button', { name: 'Retry' }).click();
    await admin.getByText('2 reminders are sent again.').waitFor();
    // The viewer's page follows the campaign beyond its end.
    await figure(viewer, 'Sent', '10');
    await figure(admin, 'Failed', '1');
    await row.waitFor({ state: 'detached' });

    await admin.getByRole('row', { name: 'Telegram forbids it' }).getByRole('link').click();
    await admin.getByText('something the client has not heard of').waitFor();
    expect(new URL(admin.url()).search).toBe('?status=FAILED&reason=FORBIDDEN');
    expect(await admin.getByRole('row').count()).toBe(2);
    await admin.getByRole('button', { name: 'Clear filters' }).click();
    await admin.getByText('12 reminders').waitFor();
    await admin.getByLabel('Search people').fill('person_1000012');
    await admin.getByRole('rowheader', { name: 'Person 1000012' }).waitFor();
    await admin.getByText('Person 1000001').waitFor({ state: 'detached' });
    expect(await findingsOf(admin)).toEqual([]);
    const file = admin.waitForEvent('download');
    await admin.getByRole('button', { name: 'Download as CSV' }).click();
    expect((await file).suggestedFilename()).toMatch(/^campaign-\d+-deliveries-.*\.csv$/);

    await admin.getByRole('link', { name: 'History' }).click();
    for (const name of ['Retried', 'Resumed ops', 'Paused ops', 'Started ops'])
      await admin.getByRole('row', { name: new RegExp(name.replace(' ', '.*')) }).waitFor();
    expect(await findingsOf(admin)).toEqual([]);

    // What a dialog asks about is retried by somebody else.
    await admin.getByRole('link', { name: 'Overview' }).click();
    const lost = admin.getByRole('row', { name: /^Unconfirmed/ });
    await lost.getByRole('button', { name: 'Retry' }).click();
    await dialog.getByText('1 reminder will be sent again.').waitFor();
    await app.client().run(operation('retryDeliveries'), { campaignId: id, statuses: ['UNCONFIRMED'] });
    await admin.getByText('The dialog is closed, because what it asked about').waitFor();
  });

  testInBrowser('offers to start beside another, to try out, to cancel and to delete', async () => {
    const api = app.client();
    const [person = '', other = ''] = await createUsers(app.database, 2, 2_000_001);
    const poll = await createOpenPoll(api);
    await startCampaign(api, await createCampaign(api, poll, { pacing: { ...FOUR_AN_HOUR, chunkSize: 1 } }));
    const id = await createCampaign(api, poll, { name: 'Beside' });
    const page = await browser.open(`${app.url}/campaigns/campaign_${id}`, {
      token: ADMIN_TOKEN,
      viewport: { width: 390, height: 844 },
    });
    await page.getByRole('button', { name: 'Send a test' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Search by name').fill(person);
    await dialog.getByLabel(`Person ${person}`).check();
    await dialog.getByLabel('Search by name').fill(other);
    await dialog.getByLabel(`Person ${other}`).waitFor();
    expect(await dialog.getByLabel(`Person ${person}`).isChecked()).toBe(true);
    const before = app.sandbox.messagesTo(Number(person)).length;
    await dialog.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('The test has been sent.').waitFor();
    expect(app.sandbox.messagesTo(Number(person))).toHaveLength(before + 1);

    await page.getByRole('button', { name: 'Start' }).click();
    await dialog.getByText('Another campaign of this poll is not finished').waitFor();
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByText('still has pending recipients').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await dialog.getByLabel('people may get two reminders').check();
    await dialog.getByRole('button', { name: 'Start' }).click();
    await page.getByText('The campaign has started.').waitFor();

    // Cancelled by somebody else between the click and the request.
    const late = await createCampaign(api, poll, { name: 'Late' });
    await page.goto(`${app.url}/campaigns/campaign_${late}`);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('mutation StartCampaign') !== true) return route.continue();
      await api.run(operation('cancelCampaign'), { id: late });
      await page.getByText('Cancelled', { exact: true }).waitFor();
      return route.continue();
    });
    await dialog.getByRole('button', { name: 'Start' }).click();
    await dialog.getByText('is CANCELLED; start is possible when').waitFor();
    await dialog.getByText('no longer possible. The campaign’s status is now: Cancelled.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
    expect(await findingsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('What can be done');

    const mistake = await createCampaign(api, poll, { name: 'Mistake' });
    await page.goto(`${app.url}/campaigns/campaign_${mistake}`);
    await confirm(page, 'Cancel campaign', 'Nobody has been reminded');
    await page.getByText('Cancelled', { exact: true }).waitFor();
    await confirm(page, 'Delete', 'there is no way back');
    await page.getByRole('heading', { name: 'All campaigns' }).waitFor();
    await waitFor('the deletion', async () => {
      const { campaign } = await api.run(operation('campaign'), { id: mistake });
      return campaign === null;
    });
    await page.goto(`${app.url}/campaigns/campaign_${mistake}`);
    await page.getByText('There is no campaign').waitFor();
  });

  testInBrowser('people are hidden from viewers where the installation says so', async () => {
    const api = app.client();
    await createUsers(app.database, 1, 3_000_001);
    const id = await createCampaign(api, await createOpenPoll(api));
    await startCampaign(api, id);
    const url = await app.startBeside({ VIEWER_SEES_PEOPLE: 'false' });
    const page = await browser.open(`${url}/campaigns/campaign_${id}/deliveries`, { token: VIEWER_TOKEN });
    await page.getByRole('rowheader', { name: 'Hidden' }).first().waitFor();
    expect(await page.getByRole('main').getByRole('rowheader').getByRole('link').count()).toBe(0);
    expect(await page.getByLabel('Search people').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Download as CSV' }).count()).toBe(0);
  });
});
