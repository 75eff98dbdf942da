import { beforeEach, describe, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { graphql, operation } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { findingsOf, testInBrowser } from '../support/dashboard.js';
import {
  campaign,
  createCampaign,
  createOpenPoll,
  createUsers,
  startCampaign,
} from '../support/factories.js';
import { waitFor } from '../support/wait.js';
import { emptyApp } from '../support/empty.js';
import { app, browser } from './app.js';

async function goOn(page: Page, heading: string): Promise<void> {
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('heading', { name: heading, exact: true }).waitFor();
}

/** Fills a field in, and waits until it is described by an error. */
async function complains(page: Page, label: string, value: string, complaint: RegExp): Promise<void> {
  const field = page.getByRole(/hours|chunk/.test(label) ? 'spinbutton' : 'textbox', {
    name: label,
    exact: true,
  });
  await field.fill(value);
  // A locator looks twice a second, which adds up here.
  const lines = page.locator('.field-problems p');
  await waitFor(String(complaint), async () => complaint.test((await lines.allTextContents()).join('\n')));
  expect(await field.getAttribute('aria-invalid')).toBe('true');
}

async function isContent(page: Page): Promise<void> {
  await page.locator('.field-problems p').first().waitFor({ state: 'detached' });
}

/** One template for each thing that Telegram would refuse. */
const TEMPLATE_ERRORS: readonly (readonly [string, RegExp])[] = [
  ['Hi {{lastName}}', /unknown placeholder \{\{lastName\}\}/],
  ['Hi <b {{firstName}}>you</b>', /Line 1, column 7: .*may stand in the text/],
  ['Until {{closesAt}}', /The poll has no closing time/],
  ['<b> </b>', /The message is invisible/],
  ['', /The message is invisible/],
  ['x'.repeat(4097), /at most 4096 characters; this one has 4097/],
  ['x'.repeat(32_769), /The template with its tags must have at most 32768/],
  ['Hi\n<b>you', /Line 2, column 1: <b> is never closed/],
  ['<b', /this tag does not end/],
  ['<b>Hi</b', /this end tag does not end/],
  ['Hi</b>', /this end tag ends nothing/],
  ['<b><i>Hi</b></i>', /tags must not cross/],
  ['<h1>Hi</h1>', /Telegram knows no tag <h1>/],
  ['<a ="x">Hi</a>', /has no name/],
  ['<a href=x:y>Hi</a>', /in quotes/],
  ['<span>Hi</span>', /<span class="tg-spoiler"> only/],
  ['<tg-emoji>Hi</tg-emoji>', /needs the number of an emoji/],
  ['<tg-time>Hi</tg-time>', /needs the seconds since 1970/],
];

describe('creating a campaign by steps', () => {
  beforeEach(() => emptyApp(app));

  testInBrowser('leads from a link of another page to the start, and survives a reload', async () => {
    const api = app.client();
    const people = await createUsers(app.database, 12);
    await api.run(
      graphql('mutation ($ids: [ID!]!) { addToGroup(group: "Kitchen", userIds: $ids) { changedCount } }'),
      { ids: people.slice(0, 5) },
    );
    const poll = await createOpenPoll(api, { title: 'Lunch', closesAt: '2099-01-31T12:00:00.000Z' });
    const page = await browser.open(`${app.url}/campaigns/new?topic=poll_${poll}&groups=kitchen`, {
      token: ADMIN_TOKEN,
    });
    await page.getByText('5 people will be reminded').waitFor();
    expect(page.url()).toBe(`${app.url}/campaigns/new?step=whom`);
    await page.getByRole('row', { name: 'Not in the groups 7' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByLabel('Kitchen 5').uncheck();
    await page.getByText('12 people will be reminded').waitFor();
    await page.getByLabel('Half done').uncheck();
    await page.getByLabel('Not started').uncheck();
    await page.getByText('participation must be NOT_STARTED, STARTED or both').waitFor();
    await page.getByLabel('Not started').check();

    await goOn(page, 'Text');
    await page.getByLabel('A text of your own').check();
    const text = page.getByRole('textbox', { name: 'Text of the reminder' });
    await text.fill('<b>Hi ');
    await page.getByRole('button', { name: 'First name' }).first().click();
    await text.pressSequentially('</b>, <a href="javascript:alert(1)">now</a> <script>');
    await page.getByText(/column \d+: .*script/).waitFor();
    await text.fill('<b>Hi {{firstName}}</b>, <a href="javascript:alert(1)">now</a> &lt;script&gt;');
    await page.locator('.bubble b', { hasText: 'Hi' }).waitFor();
    expect(await page.locator('.bubble').innerText()).toContain('now <script>');
    expect(await page.locator('.bubble :is(a, script)').count()).toBe(0);
    await page.reload();
    await page.locator('.bubble b', { hasText: 'Hi' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);

    await goOn(page, 'When and how fast');
    await page.getByText(/12 reminders take/).waitFor();
    await page.getByText('before the poll closes at').waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Text', exact: true }).waitFor();
    await page.goForward();
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await page.getByRole('heading', { name: 'Test', exact: true }).waitFor();
    await page.getByLabel('Search people').fill('person_1000002');
    await page.getByRole('button', { name: 'Send a test to Person 1000002' }).click();
    await page.getByText('Telegram took the test message to Person 1000002.').waitFor();
    expect(await findingsOf(page)).toEqual([]);

    await goOn(page, 'Start');
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start now: remind 12 people' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/12 people are reminded/).waitFor();
    await dialog.getByRole('button', { name: 'Start now' }).click();
    await page.waitForURL(/\/campaigns\/campaign_\d+$/);
    const id = /campaign_(\d+)$/.exec(page.url())?.[1] ?? '';
    expect((await campaign(api, id)).status).toMatch(/PROCESSING|COMPLETED/);
    expect(await app.database.query('SELECT id FROM notification_campaign')).toHaveLength(1);
  });

  testInBrowser('shows each error at its field', async () => {
    const poll = await createOpenPoll(app.client(), { title: 'Errors' });
    const page = await browser.open(`${app.url}/campaigns/new?step=when`, { token: ADMIN_TOKEN });
    await page.getByLabel('By itself at a time').check();
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await page.getByText('Choose a poll.').waitFor();
    await page.getByRole('link', { name: 'When and how fast (1 error)' }).waitFor();
    await page.getByRole('radio', { name: /Errors/ }).check();
    await complains(page, 'Name of the campaign', 'x'.repeat(201), /1 to 200 characters/);
    await page.getByLabel('Name of the campaign').fill('');

    await goOn(page, 'Whom');
    await complains(page, 'Leave out who was reminded within the last … hours', '9000', /from 1 to 8760/);
    await page.getByLabel(/^Leave out who/).fill('');
    await isContent(page);

    await goOn(page, 'Text');
    await page.getByLabel('A text of your own').check();
    const text = 'Text of the reminder';
    for (const [template, complaint] of TEMPLATE_ERRORS) await complains(page, text, template, complaint);
    await page.getByRole('textbox', { name: text, exact: true }).fill(`${'x'.repeat(4050)}{{firstName}}`);
    await page.getByText('With the longest possible name the text is too long for Telegram.').waitFor();
    await page.getByRole('textbox', { name: text, exact: true }).fill('x'.repeat(4090));
    await page.getByLabel('Ask the next open question').check();
    await page.getByText('The message with the longest question must have at most 4096').waitFor();
    await page.getByLabel('Ask the next open question').uncheck();
    await page.getByRole('textbox', { name: text, exact: true }).fill('Hi');
    await complains(page, 'Text of the button', '​', /invisible/);
    await complains(page, 'Text of the button', 'x'.repeat(65), /at most 64 characters/);
    expect(await findingsOf(page)).toEqual([]);
    await page.getByLabel('Text of the button', { exact: true }).fill('Go');

    await page.getByRole('button', { name: 'Add a language' }).click();
    await page.getByText('Choose a language.').waitFor();
    const german = page.getByRole('group', { name: /^Language/ }).first();
    await german.getByLabel('Language', { exact: true }).fill('de');
    await page.getByText('Language: de').first().waitFor();
    await complains(page, 'Text in de', '<i>Hallo', /Line 1, column 1/);
    await german.getByRole('textbox', { name: 'Text in de' }).fill('<i>Hallo</i>');
    await page.locator('.bubble i', { hasText: 'Hallo' }).waitFor();
    await page.getByRole('button', { name: 'Add a language' }).click();
    const second = page.getByRole('group', { name: /^Language/ }).nth(1);
    await second.getByLabel('Language', { exact: true }).fill('DE');
    await second.getByText('There are two translations for de').waitFor();
    await second.getByRole('button', { name: 'Remove this language' }).click();

    await goOn(page, 'When and how fast');
    await page.getByLabel(/^Time/).fill('2020-01-01T10:00');
    await page.getByText('scheduledFor must be in the future.').waitFor();
    await page.getByLabel(/^Time/).fill('2090-01-01T10:00');
    await complains(page, 'Recipients in a chunk', '0', /chunkSize/);
    await page.getByRole('link', { name: 'Poll', exact: true }).click();
    await page.getByRole('button', { name: 'Next' }).waitFor();
    await page.getByRole('link', { name: /When and how fast \(1 error\)/ }).click();
    // The error of the value before is still shown.
    await page.getByLabel('Recipients in a chunk').fill('10');
    await page.getByRole('button', { name: 'Create campaign' }).click();
    await page.getByRole('heading', { name: 'Test', exact: true }).waitFor();
    await goOn(page, 'Start');
    await page.getByRole('link', { name: 'Keep it scheduled' }).waitFor();
    const [row] = await app.database.query(
      'SELECT status, button_text, chunk_size FROM notification_campaign WHERE topic_id = $1',
      [poll],
    );
    expect(row).toMatchObject({ status: 'SCHEDULED', button_text: 'Go', chunk_size: 10 });
    await page.getByRole('link', { name: 'Campaigns', exact: true }).click();
    const listed = page.getByRole('row', { name: 'Scheduled' });
    await listed.getByText('1 Jan 2090').waitFor();
    expect(await listed.getByRole('progressbar').count()).toBe(0);
  });

  testInBrowser('creates one campaign, also when the answer is lost and the draft is changed', async () => {
    const poll = await createOpenPoll(app.client(), { title: 'Lost' });
    const page = await browser.open(`${app.url}/campaigns/new?topic=poll_${poll}`, { token: ADMIN_TOKEN });
    await page.getByRole('link', { name: 'When and how fast' }).click();
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('CreateFromDraft') !== true) return route.continue();
      await route.fetch();
      await route.abort();
    });
    const create = page.getByRole('button', { name: 'Create campaign' });
    await create.click();
    await page.getByText('it is not known whether this was done').waitFor();
    await page.unroute('**/graphql');
    await page.getByLabel('Recipients in a chunk').fill('7');
    await create.click();
    await page.getByText('A campaign was already created from this draft').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByLabel('Recipients in a chunk').fill('');
    await create.click();
    await page.getByRole('heading', { name: 'Test', exact: true }).waitFor();
    const campaigns = await app.database.query('SELECT 1 FROM notification_campaign WHERE topic_id = $1', [
      poll,
    ]);
    expect(campaigns).toHaveLength(1);
  });

  testInBrowser('changes a campaign that is not started, on a phone, and is not for viewers', async () => {
    const api = app.client();
    const id = await createCampaign(api, await createOpenPoll(api), { name: 'Old name' });
    const edit = `${app.url}/campaigns/campaign_${id}/edit`;
    const page = await browser.open(edit, { token: ADMIN_TOKEN, viewport: { width: 390, height: 844 } });
    await page.getByLabel('Language').selectOption('ru');
    await page.getByLabel('Название кампании').fill('New name');
    await page.getByRole('link', { name: 'Запуск' }).click();
    await page.getByText('Есть несохранённые изменения').waitFor();
    expect(await page.getByRole('button', { name: /Запустить сейчас/ }).isDisabled()).toBe(true);
    expect(await findingsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByRole('button', { name: 'Отменить изменения' }).click();
    await page.getByText('Есть несохранённые изменения').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Опрос', exact: true }).click();
    expect(await page.getByLabel('Название кампании').inputValue()).toBe('Old name');
    await page.getByLabel('Название кампании').fill('New name');
    await page.getByRole('link', { name: 'Запуск' }).click();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Кампания сохранена.').waitFor();
    await page.getByRole('heading', { name: 'Изменение: New name' }).waitFor();
    await page.getByRole('button', { name: /Запустить сейчас/, disabled: false }).waitFor();

    await createUsers(app.database, 2, 3_000_001);
    const paused = await createCampaign(api, await createOpenPoll(api), {
      pacing: { sendIntervalMs: 3_600_000 },
    });
    await startCampaign(api, paused);
    await api.run(operation('pauseCampaign'), { id: paused });
    await app.database.query(
      "UPDATE notification_campaign SET scheduled_for = now() - interval '1 day' WHERE id = $1",
      [paused],
    );
    await page.goto(`${app.url}/campaigns/campaign_${paused}/edit?step=text`);
    const text = page.getByRole('textbox', { name: 'Текст напоминания' });
    await text.fill('<b');
    await page.getByText(/^Такой текст Telegram не примет\. .*this tag does not end/).waitFor();
    await text.fill('Скорее!');
    await isContent(page);
    // Somebody else changes another part of it meanwhile.
    await app.database.query("UPDATE notification_campaign SET name = 'Theirs' WHERE id = $1", [paused]);
    await page.getByText(/Кампания уже запускалась/).waitFor();
    await page.getByRole('button', { name: 'Сохранить' }).click();
    await page.getByText('Кампания сохранена.').waitFor();
    const [changed] = await app.database.query(
      'SELECT message_template, name, status FROM notification_campaign WHERE id = $1',
      [paused],
    );
    expect(changed).toEqual({ message_template: 'Скорее!', name: 'Theirs', status: 'PAUSED' });
    await page.goto(edit);

    const drafts = "Object.keys(sessionStorage).filter((key) => key.includes('draft')).length";
    await page.getByRole('link', { name: 'Опрос', exact: true }).click();
    await page.getByLabel('Название кампании').fill('Never saved');
    await waitFor('the draft', async () => (await page.evaluate(drafts)) === 1);
    await page.getByRole('button', { name: 'Выйти' }).click();
    await waitFor('the end of the draft', async () => (await page.evaluate(drafts)) === 0);

    const viewer = await browser.open(`${app.url}/campaigns/new`, { token: VIEWER_TOKEN });
    await viewer.getByText('Your role does not allow you to see this.').waitFor();
    expect(await findingsOf(viewer)).toEqual([]);
    await viewer.goto(app.url);
    await viewer.getByRole('heading', { name: 'All campaigns' }).waitFor();
    expect(await viewer.getByRole('link', { name: 'New campaign' }).count()).toBe(0);
  });
});
