import { beforeEach, describe, expect } from '@jest/globals';
import { operation } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { enterToken, findingsOf, testInBrowser } from '../support/dashboard.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { emptyApp } from '../support/empty.js';
import { app, browser } from './app.js';

describe('the list of campaigns and the way in', () => {
  beforeEach(() => emptyApp(app));

  describe('signing in', () => {
    testInBrowser('takes a token, hands it to a second tab, and forgets it in both', async () => {
      const first = await browser.open(app.url);
      await enterToken(first, 'not-a-token-of-this-api');
      await first.getByText('This token is not valid').waitFor();
      expect(await findingsOf(first)).toEqual([]);
      await enterToken(first, VIEWER_TOKEN);
      await first.getByText('VIEWER_TOKEN · viewer').waitFor();
      expect(first.url()).toBe(`${app.url}/`);

      const second = await first.context().newPage();
      await second.goto(app.url);
      await second.getByText('VIEWER_TOKEN · viewer').waitFor();
      await second.getByRole('button', { name: 'Sign out' }).click();
      await first.getByLabel('API token').waitFor();
      await first.reload();
      await first.getByLabel('API token').waitFor();
    });
  });

  describe('the list of campaigns', () => {
    testInBrowser('is live, filters by its address, and says what needs attention first', async () => {
      const api = app.client();
      await createUsers(app.database, 3);
      const poll = await createOpenPoll(api, { title: 'Lunch' });
      const page = await browser.open(app.url, { token: ADMIN_TOKEN });
      await page.getByText('No campaigns yet.').waitFor();
      expect(await findingsOf(page)).toEqual([]);

      const spring = await createCampaign(api, poll, { name: 'Spring' });
      const row = page.getByRole('table', { name: 'All campaigns' }).getByRole('row', { name: 'Spring' });
      await row.getByText('Not started').waitFor();
      await startCampaign(api, spring);
      await row.getByText('Completed').waitFor();
      await row.getByText('3 of 3').waitFor();

      await createCampaign(api, poll, { name: 'Autumn' });
      await page.getByRole('button', { name: 'Not started 1' }).click();
      await row.waitFor({ state: 'detached' });
      await page.getByRole('row', { name: 'Autumn' }).waitFor();
      await page.getByLabel('Search by name').fill('spr');
      await page.getByText('No campaign matches these filters.').waitFor();
      expect(new URL(page.url()).search).toBe('?status=PENDING&search=spr');
      await page.reload();
      await page.getByText('No campaign matches these filters.').waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await row.waitFor();

      await app.database.query(
        "UPDATE notification_campaign SET status = 'PAUSED', failure_code = 'POLL_CLOSED' WHERE name = 'Autumn'",
      );
      await page.reload();
      await page.getByRole('heading', { name: 'Needs attention' }).waitFor();
      await page
        .getByRole('table', { name: 'Needs attention' })
        .getByRole('row', { name: 'Autumn' })
        .waitFor();
      expect(await findingsOf(page)).toEqual([]);
    });

    testInBrowser('goes through pages, in Russian, on a phone', async () => {
      const api = app.client();
      const poll = await createOpenPoll(api);
      const first = await createCampaign(api, poll, { name: 'Page 1' });
      for (let number = 2; number <= 26; number += 1)
        await createCampaign(api, poll, { name: `Page ${number}` });
      const page = await browser.open(`${app.url}/?search=page`, {
        viewport: { width: 390, height: 844 },
        token: ADMIN_TOKEN,
      });
      await page.getByLabel('Language').selectOption('ru');
      await page.getByText('26 кампаний').waitFor();
      await page.getByRole('button', { name: 'Далее' }).press('Enter');
      await page.getByText('Page 1', { exact: true }).waitFor();
      // The keyboard stays, although there is no next page.
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Далее');
      expect(await page.getByRole('row').count()).toBe(2);
      expect(await findingsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await page.getByRole('button', { name: 'Назад' }).click();
      await page.getByRole('row', { name: 'Page 26' }).waitFor();
      await page.goBack();
      await page.getByText('Page 1', { exact: true }).waitFor();
      await api.run(operation('deleteCampaign'), { id: first });
      await page.getByText('Такой страницы в списке больше нет.').waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'На первую страницу' }).press('Enter');
      await page.getByRole('row', { name: 'Page 26' }).waitFor();
      expect(await page.evaluate('location.search + document.activeElement.id')).toBe('?search=pagecontent');
    });

    testInBrowser('stands odd addresses, long names and a broken draft', async () => {
      const api = app.client();
      const poll = await createOpenPoll(api, { title: 'Lunch' });
      const name = 'W'.repeat(200);
      await createCampaign(api, poll, { name });
      const page = await browser.open(`${app.url}/?since=May%205&until=275760-09-13&search=WWW&after=old`, {
        viewport: { width: 390, height: 500 },
        token: ADMIN_TOKEN,
      });
      await page.getByText('The list has no such page any more.').waitFor();
      await page.getByRole('button', { name: 'To the first page' }).click();
      // A link begins the next page at its top, and the keyboard there.
      await page.getByRole('link', { name }).focus();
      expect(await page.evaluate('scrollY')).toBeGreaterThan(0);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name }).waitFor();
      expect(await page.evaluate('[scrollY, document.activeElement.id]')).toEqual([0, 'content']);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);

      await page.evaluate(`sessionStorage.setItem('pollcast.draft.poll', '{"questions":5}')`);
      await page.goto(`${app.url}/polls/new`);
      await page.getByRole('heading', { name: 'This page cannot be shown' }).waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await page.getByRole('link', { name: 'People' }).click();
      await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    });
  });
});
