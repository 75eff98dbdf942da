import { beforeEach, describe, expect } from '@jest/globals';
import { graphql } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { findingsOf, testInBrowser } from '../support/dashboard.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { emptyApp } from '../support/empty.js';
import { app, browser } from './app.js';

describe('polls', () => {
  beforeEach(() => emptyApp(app));

  testInBrowser('are made, opened, changed, closed and deleted', async () => {
    const page = await browser.open(`${app.url}/polls`, { token: ADMIN_TOKEN });
    await page.getByText('No polls yet.').waitFor();
    await page.getByRole('link', { name: 'New poll' }).click();
    await page.getByRole('button', { name: 'Create poll' }).click();
    await page.getByText('A poll must have a title.').waitFor();
    await page.getByText('A question must have a text.').waitFor();
    await page.getByText('An option must have a text.').waitFor();
    await page.getByText('3 errors have to be corrected above.').waitFor();
    expect(await findingsOf(page)).toEqual([]);

    await page.getByRole('textbox', { name: 'Title' }).fill('Canteen');
    await page.getByLabel(/^Closes at/).fill('2020-01-01T10:00');
    await page.getByRole('textbox', { name: 'Question 1' }).fill('How was lunch?');
    await page.getByLabel('Option 1', { exact: true }).fill('Good');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Bad');
    expect(await page.getByLabel('Option 2', { exact: true }).inputValue()).toBe('Bad');
    await page.getByRole('button', { name: 'Move up: Option 2' }).press('Enter');
    expect(await page.getByLabel('Option 1', { exact: true }).inputValue()).toBe('Bad');
    await page.getByRole('button', { name: 'Remove: Option 3' }).click();
    await page.getByRole('button', { name: 'Add a question' }).click();
    await page.keyboard.type('And dinner?');
    await page.reload();
    expect(await page.getByRole('textbox', { name: 'Question 2' }).inputValue()).toBe('And dinner?');
    await page.getByRole('button', { name: 'Move up: Question 2' }).click();
    await page.getByRole('button', { name: 'Remove: Question 1' }).click();
    await page.getByRole('button', { name: 'Create poll' }).click();
    await page.getByText('closesAt must be in the future.').waitFor();
    await page.getByLabel(/^Closes at/).fill('');
    await page.getByRole('button', { name: 'Create poll' }).click();

    await page.getByRole('heading', { name: 'Canteen' }).waitFor();
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('0 people can take the poll.').waitFor();
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByText('The poll is open.').waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByText('so its question stays').waitFor();
    expect(await page.getByRole('textbox', { name: 'Question 1' }).count()).toBe(0);
    await page.getByRole('textbox', { name: 'Title' }).fill('Canteen 2');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Canteen 2' }).waitFor();
    const options = await app.database.query(
      'SELECT option.text FROM question_option option JOIN question ON question.id = question_id ORDER BY option.position',
    );
    expect(options).toEqual([{ text: 'Bad' }, { text: 'Good' }]);

    await page.getByRole('button', { name: 'Close', exact: true }).first().click();
    await dialog.getByText('No reminder is waiting to be sent.').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByText('The poll is closed.').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await dialog.getByText('It has no campaigns.').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('“Canteen 2” is deleted.').waitFor();
    await page.getByText('No polls yet.').waitFor();
  });

  testInBrowser('show results, who is missing, and remind these', async () => {
    const api = app.client();
    const people = await createUsers(app.database, 10);
    await api.run(
      graphql('mutation ($ids: [ID!]!) { addToGroup(group: "Kitchen", userIds: $ids) { changedCount } }'),
      {
        ids: people.slice(0, 4),
      },
    );
    const poll = await createOpenPoll(api, { title: 'Lunch' });
    await app.database.query(
      `INSERT INTO answer (question_id, user_id, option_id)
         SELECT question.id, user_id, (SELECT min(id) FROM question_option WHERE question_id = question.id)
         FROM question, unnest($2::bigint[]) user_id WHERE poll_id = $1`,
      [poll, people.slice(0, 3)],
    );
    await api.run(
      graphql(
        'mutation ($ids: [ID!]!, $id: ID!) { recordPollCompletions(pollId: $id, userIds: $ids) { recorded } }',
      ),
      { id: `poll_${poll}`, ids: people.slice(0, 3) },
    );
    await startCampaign(api, await createCampaign(api, poll, { name: 'First call' }));
    const page = await browser.open(`${app.url}/polls?status=OPEN&search=lun`, { token: ADMIN_TOKEN });
    await page.getByRole('row', { name: /Lunch.*3 of 10.*30%/ }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'Lunch' }).click();
    await page.getByRole('row', { name: /Good 3 100%/ }).waitFor();
    await page.locator('.plot canvas').waitFor();
    await page.getByText('As a table').click();
    await page.getByRole('listitem').filter({ hasText: 'First call' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);

    await page.getByRole('link', { name: 'Who is missing' }).click();
    await page.getByRole('heading', { name: '7 people' }).waitFor();
    await page.getByLabel('Group').selectOption('Kitchen');
    await page.getByRole('heading', { name: '1 person' }).waitFor();
    expect(new URL(page.url()).search).toBe('?group=Kitchen');
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'Remind these' }).click();
    await page.getByText('1 person will be reminded').waitFor();
    await page.goBack();
    await page.getByLabel(`Choose Person ${people[3]}`).check();
    await page.getByRole('button', { name: 'Record 1 as completed' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 person counts as having completed “Lunch” elsewhere').waitFor();
    await dialog.getByRole('button', { name: 'Record 1 as completed' }).click();
    await page.getByText('1 new completion recorded.').waitFor();
    await page.getByText('Nobody matches these filters.').waitFor();
    await page.getByRole('link', { name: 'Results' }).click();
    await page.getByText('1 completion was recorded by hand, without answers.').waitFor();
    await page.getByRole('link', { name: 'Campaigns' }).last().click();
    await page.getByRole('row', { name: /First call/ }).waitFor();
  });

  testInBrowser('explain hidden counts, in Russian on a phone, and offer a viewer nothing', async () => {
    const api = app.client();
    const poll = await createOpenPoll(api, { title: 'Secret', anonymous: true });
    const address = `${app.url}/polls/poll_${poll}`;
    const page = await browser.open(address, {
      token: VIEWER_TOKEN,
      viewport: { width: 390, height: 844 },
    });
    await page.getByText('This poll is anonymous.').waitFor();
    for (const name of ['Close', 'Edit', 'Delete', /Remind/])
      expect(await page.getByText(name, { exact: true }).count()).toBe(0);
    await page.getByRole('row', { name: /Good/ }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('link', { name: 'Кого не хватает' }).click();
    await page.getByRole('button', { name: 'Прошёл' }).waitFor();
    await page.getByRole('heading', { name: /человек/ }).waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await findingsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.goto(`${app.url}/polls/new`);
    await page.getByText('Ваша роль не позволяет').waitFor();
  });
});
