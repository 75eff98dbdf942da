import { beforeEach, describe, expect } from '@jest/globals';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { findingsOf, testInBrowser } from '../support/dashboard.js';
import { createCampaign, createOpenPoll, followCampaign, startCampaign } from '../support/factories.js';
import { mutate } from '../support/mutations.js';
import { emptyApp } from '../support/empty.js';
import { app, browser } from './app.js';

describe('people and what is known of them', () => {
  beforeEach(() => emptyApp(app));

  describe('people', () => {
    testInBrowser('come from a file after a dry run, and what is wrong in it is named', async () => {
      const page = await browser.open(`${app.url}/people`, { token: ADMIN_TOKEN });
      await page.getByText('Nobody is known yet.').waitFor();
      await page.getByRole('link', { name: 'Import' }).click();
      const choose = async (content: string | Buffer): Promise<void> => {
        const buffer = Buffer.from(content as string);
        await page.getByLabel('File').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
      };
      await choose('7001,anna_k\n');
      await page.getByText('The first line must name the columns; id is missing in it.').waitFor();

      const many = Array.from(
        { length: 1500 },
        (_, place) => `${8000 + place};p_${8000 + place};Person ${place};;Staff`,
      );
      await choose(
        Buffer.from(
          `\uFEFF${['id;username;first name;shoe;groups', '7001;@anna_k;Anna;42;Staff|Sales', '7002;a b;;;', 'x;;;;', ...many].join('\n')}`,
          'utf16le',
        ),
      );
      await page.getByText('The whole file was read. 1,501 lines are fine.').waitFor();
      await page.getByText('These columns are not imported: shoe.').waitFor();
      const problems = page.getByRole('table', { name: '2 lines are left out' });
      await problems.getByRole('row', { name: '3 username A username has' }).waitFor();
      await problems.getByRole('row', { name: '4 id The Telegram id must' }).waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Import 1,501 people' }).click();
      await page.getByText('New: 1,501. Known before: 0.').waitFor();

      await page.getByRole('link', { name: 'Groups' }).click();
      await page.getByRole('row', { name: 'Staff 1,501 1,501' }).waitFor();
      expect(await findingsOf(page)).toEqual([]);
      await page.getByRole('link', { name: 'Sales' }).click();
      await page.getByRole('heading', { name: '1 person' }).waitFor();
      await page.getByLabel('Choose Anna').check();
      await page.getByRole('button', { name: 'Change groups …' }).click();
      const dialog = page.getByRole('dialog');
      expect(await findingsOf(page)).toEqual([]);
      await dialog.getByLabel('Group').fill('Board');
      await dialog.getByRole('button', { name: 'Add to this group' }).click();
      await page.getByText('1 person was added to “Board”.').waitFor();
      await page.getByRole('row', { name: 'Anna' }).getByText('Board, Sales, Staff').waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByLabel('Search by name').fill('@p_9499');
      await page.getByRole('heading', { name: '1 person' }).waitFor();
      expect(await findingsOf(page)).toEqual([]);
    });
  });

  describe('a person', () => {
    testInBrowser('has a history, opts out and in, and is erased', async () => {
      const api = app.client();
      await mutate(app, 'importTelegramUsers', {
        users: [{ id: '7101', firstName: 'Bo', timeZone: 'Europe/Riga' }],
      });
      const poll = await createOpenPoll(api, { title: 'Lunch' });
      const campaign = await createCampaign(api, poll, { name: 'Spring' });
      await startCampaign(api, campaign);
      await followCampaign(api, campaign);
      await mutate(app, 'recordPollCompletions', { pollId: poll, userIds: ['7101'] });

      const page = await browser.open(`${app.url}/people/user_7101`, { token: ADMIN_TOKEN });
      await page.getByRole('heading', { name: 'Bo' }).waitFor();
      await page
        .getByRole('table', { name: 'Polls' })
        .getByRole('row', { name: 'Lunch Completed' })
        .waitFor();
      await page
        .getByRole('table', { name: 'Reminders' })
        .getByRole('row', { name: 'Spring Sent' })
        .waitFor();
      expect(await findingsOf(page)).toEqual([]);

      await page.getByRole('button', { name: 'Stop reminders …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Stop reminders …' }).click();
      await page.getByText('Bo gets no more reminders.').waitFor();
      await page.getByText('Wants no reminders').waitFor();
      await page.getByRole('button', { name: 'Allow reminders …' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });

      await page.getByRole('button', { name: 'Erase …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Erase …' }).click();
      await page.getByText('The person was erased.').waitFor();
      expect(new URL(page.url()).pathname).toBe('/people');
      await page.goto(`${app.url}/people/user_7101`);
      await page.getByText('There is nobody at this address.').waitFor();
    });

    testInBrowser('is not changed by a viewer, on a phone, in Russian', async () => {
      await mutate(app, 'importTelegramUsers', {
        users: [{ id: '7102', firstName: 'Ida', groups: ['Staff'] }],
      });
      const page = await browser.open(`${app.url}/people?search=Ida`, {
        token: VIEWER_TOKEN,
        locale: 'ru-RU',
        viewport: { width: 390, height: 844 },
      });
      await page.getByRole('heading', { name: '1 человек' }).waitFor();
      expect(await page.getByRole('checkbox').count()).toBe(0);
      expect(await page.getByRole('link', { name: 'Импорт' }).count()).toBe(0);
      expect(await findingsOf(page)).toEqual([]);
      await page.getByRole('link', { name: 'Ida' }).click();
      await page.getByText('Можно напоминать').waitFor();
      expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
      expect(await findingsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      await page.goto(`${app.url}/people/import`);
      await page.getByText('Ваша роль не позволяет это видеть.').waitFor();
    });
  });
});
