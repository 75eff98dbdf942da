import { beforeAll, expect } from '@jest/globals';
import { graphql } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN, type ProcessKind } from '../support/app.js';
import { findingsOf, testInBrowser, useBrowser } from '../support/dashboard.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { freePort } from '../support/port.js';
import type { PollcastProcess } from '../support/process.js';
import { startDatabaseProxy } from '../support/tcp-proxy.js';
import { useApp } from '../support/use-app.js';

const RUN_ON = graphql(`mutation ($id: ID!) {
  updateCampaign(id: $id, input: { pacing: { chunkIntervalMs: 0, sendIntervalMs: 300 } }) { userErrors { message } }
  resumeCampaign(id: $id) { userErrors { message } }
}`);
const PAUSE = graphql('mutation ($id: ID!) { pauseCampaign(id: $id) { userErrors { message } } }');

const app = useApp({ run: ['worker'] });
const browser = useBrowser();
let port: string;
beforeAll(async () => {
  port = String(await freePort());
});

async function startApi(kind: ProcessKind = 'shared'): Promise<PollcastProcess> {
  await app.startApi('api', { PORT: port }, kind);
  const [running] = app.processes.slice(-1);
  if (!running) throw new Error('There is no process.');
  return running;
}

testInBrowser('pages come back by themselves after a restart of the API, and are right again', async () => {
  let running = await startApi();
  const api = app.client();
  await createUsers(app.database, 12);
  // Four people at once, the others in an hour.
  const pacing = { chunkSize: 4, chunkIntervalMs: 3_600_000, sendIntervalMs: 0 };
  const id = await createCampaign(api, await createOpenPoll(api), { name: 'Spring', pacing });
  await startCampaign(api, id);
  const page = await browser.open(`${app.url}/campaigns/campaign_${id}`, { token: ADMIN_TOKEN });
  const list = await page.context().newPage();
  await list.goto(app.url);
  const row = list.getByRole('row', { name: 'Spring' });
  await row.getByText('4 of 12').waitFor();
  await page.getByText('4 of 12').waitFor();

  running.kill('SIGTERM');
  for (const tab of [page, list]) await tab.getByText('The connection to the server is lost').waitFor();
  expect(await findingsOf(page)).toEqual([]);
  await running.exited;
  running = await startApi('own');
  await api.run(PAUSE, { id });
  for (const tab of [page, list]) {
    await tab.getByText('The connection to the server is lost').waitFor({ state: 'detached' });
    await tab.getByText('Paused', { exact: true }).first().waitFor();
  }

  await api.run(RUN_ON, { id });
  running.kill('SIGKILL');
  await page.getByText('The connection to the server is lost').waitFor();
  await running.exited;
  await startApi();
  await page.getByText('12 of 12').waitFor();
  await page.getByText('Completed', { exact: true }).first().waitFor();
  const outcomes = page.getByRole('table', { name: 'What became of the reminders' });
  await outcomes.getByRole('link', { name: '12', exact: true }).waitFor();
  await row.getByText('12 of 12').waitFor();
  await page.getByText('The connection to the server is lost').waitFor({ state: 'detached' });
});

testInBrowser('a campaign that stands still comes first, for as long as it does', async () => {
  const pacing = { chunkSize: 4, chunkIntervalMs: 3_600_000, sendIntervalMs: 0 };
  const poll = await createOpenPoll(app.client());
  const id = await createCampaign(app.client(), poll, { name: 'Winter', pacing });
  await startCampaign(app.client(), id);
  const page = await browser.open(app.url, { token: ADMIN_TOKEN });
  await page.getByRole('row', { name: 'Winter' }).getByText('4 of 12').waitFor();
  const [worker] = app.processes;
  worker?.kill('SIGTERM');
  await worker?.exited;
  const urgent = page.getByRole('table', { name: 'Needs attention' }).getByRole('row', { name: 'Winter' });
  await urgent.waitFor();
  await app.startWorker();
  await urgent.waitFor({ state: 'detached' });
  await page.getByRole('row', { name: 'Winter' }).waitFor();
});

testInBrowser('a page from before an upgrade loads itself again, and is where it was to go', async () => {
  const id = await createCampaign(app.client(), await createOpenPoll(app.client()), { name: 'Autumn' });
  const page = await browser.open(app.url, { token: ADMIN_TOKEN });
  await page.route(/campaign-page.*\.js/, (route) => route.fulfill({ status: 404 }), { times: 1 });
  await page.getByRole('link', { name: 'Autumn' }).click();
  await page.getByRole('heading', { name: 'Autumn' }).waitFor();
  expect(page.url()).toBe(`${app.url}/campaigns/campaign_${id}`);
});

testInBrowser.each([
  ['campaigns/nope', 'To the campaigns', '/'],
  ['polls/nope', 'To the polls', '/polls'],
  ['people/groups/nope', 'To the people', '/people'],
  ['installation/nope', 'To the installation', '/installation'],
])('an address that is none, %s, leads to the list that it would be part of', async (path, label, list) => {
  const page = await browser.open(`${app.url}/${path}`, { token: ADMIN_TOKEN });
  await page.getByRole('heading', { name: 'There is nothing at this address.' }).waitFor();
  await page.getByRole('link', { name: label }).click();
  await page.waitForURL(app.url + list);
});

testInBrowser(
  'a page that is opened while the database is away says so, and is right by itself afterwards',
  async () => {
    await createOpenPoll(app.client(), { title: 'Lunch' });
    const { proxy, url } = await startDatabaseProxy(app.database.url);
    const address = await app.startApi('api', { DATABASE_URL: url });
    const page = await browser.open(address, { token: ADMIN_TOKEN, locale: 'ru-RU' });
    await page.getByText('Autumn').waitFor();
    const importing = await browser.open(`${address}/people/import`, { token: ADMIN_TOKEN });
    await importing.getByLabel('File').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('id,firstName\n4200001,Anna\n4200002,Boris\n'),
    });
    const start = importing.getByRole('button', { name: 'Import 2 people' });
    await start.waitFor();
    await proxy.close();
    const refused = importing.waitForResponse((response) => response.status() === 503);
    await start.click();
    await refused;
    await page.getByRole('navigation').getByRole('link', { name: 'Опросы' }).click();
    await page.getByText('База данных сейчас недоступна.').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    const { proxy: again } = await startDatabaseProxy(app.database.url, proxy.port);
    await page.getByRole('link', { name: 'Lunch' }).waitFor();
    await importing.getByText('New: 2. Known before: 0.').waitFor();
    await again.close();
  },
);
