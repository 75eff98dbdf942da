import { expect } from '@jest/globals';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { findingsOf, testInBrowser, useBrowser } from '../support/dashboard.js';
import { createOpenPoll } from '../support/factories.js';
import { createToken } from '../support/tokens.js';
import { useApp } from '../support/use-app.js';

// Without a worker: nothing drives the campaigns on.
const app = useApp({ run: ['api'] });
const browser = useBrowser();

/** Campaigns as they are in the middle of their life, each with three reminders to send unless it is over. */
async function insertCampaigns(pollId: string, status: string, names: readonly string[]): Promise<void> {
  await app.database.query(
    `INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms,
       status, name, started_at, total_users, pending_users)
     SELECT $1, 'Hello', 50, 0, 0, $2, name, CASE WHEN $4 > 0 THEN now() END, $4, $4 FROM unnest($3::text[]) name`,
    [pollId, status, names, ['COMPLETED', 'PENDING'].includes(status) ? 0 : 3],
  );
}

async function countPaused(): Promise<number> {
  const paused = await app.database.query("SELECT FROM notification_campaign WHERE status = 'PAUSED'");
  return paused.length;
}

testInBrowser(
  'selected campaigns, and all that match, are changed in batches; refusals are named',
  async () => {
    const poll = await createOpenPoll(app.client());
    const nights = Array.from({ length: 120 }, (_, place) => `Night ${place + 1}`);
    await insertCampaigns(poll, 'PROCESSING', ['Day', ...nights]);
    await insertCampaigns(poll, 'COMPLETED', ['Old night']);

    const viewer = await browser.open(app.url, { token: VIEWER_TOKEN });
    await viewer.getByText('122 campaigns').waitFor();
    expect(await viewer.getByRole('table').getByRole('checkbox').count()).toBe(0);

    const token = await createToken(app.database, 'ops', 'OPERATOR');
    const page = await browser.open(`${app.url}/?search=night`, { token });
    await page.getByText('121 campaigns').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel campaigns' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Pause', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Select Old night').check();
    await page.getByLabel('Select Night 120').check();
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 campaigns are selected.').waitFor();
    await dialog.getByText('3 reminders wait until you resume.').waitFor();
    await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
    await dialog.getByText('1 campaign is paused.').waitFor();
    await dialog.getByText('1 campaign was refused:').waitFor();
    await dialog.getByRole('listitem').getByText('is COMPLETED; pause is possible when').waitFor();
    await dialog.getByRole('link', { name: 'Old night' }).waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('None selected').waitFor();
    await page.getByRole('row', { name: 'Night 120' }).getByText('Paused').waitFor();

    await page.getByRole('button', { name: 'Select all 121 that match' }).click();
    await page.getByText('All 121 selected').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await dialog.getByText('119 campaigns that match run').waitFor();
    await dialog.getByText('357 reminders wait until you resume.').waitFor();
    await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('119 campaigns are paused.').waitFor();
    await page.getByText('None selected').waitFor();
    expect(await countPaused()).toBe(120);

    const admin = await browser.open(`${app.url}/?search=night&status=COMPLETED`, { token: ADMIN_TOKEN });
    await admin.getByRole('button', { name: 'Select these 1' }).click();
    await admin.getByText('1 selected').waitFor();
    await admin.getByRole('button', { name: 'Clear filters' }).click();
    await admin.getByText('None selected').waitFor();
    await admin.getByRole('button', { name: 'Select all 122 that match' }).click();
    await admin.getByRole('button', { name: 'Cancel campaigns' }).click();
    await admin.getByText('121 campaigns that match will be cancelled.').waitFor();
    await admin.getByText('363 reminders that are waiting will not be sent.').waitFor();
  },
);

testInBrowser('what many campaigns mean for people is said as far as it is known', async () => {
  const poll = await createOpenPoll(app.client());
  const names = Array.from({ length: 1000 }, (_, place) => `Noon ${place + 1}`);
  await insertCampaigns(poll, 'PAUSED', names.slice(1));
  await insertCampaigns(poll, 'PENDING', names.slice(0, 1));
  const page = await browser.open(`${app.url}/?search=noon`, { token: ADMIN_TOKEN });
  const dialog = page.getByRole('dialog');
  async function ask(): Promise<void> {
    await page.getByRole('button', { name: /^Select all [\d,]+ that match/ }).click();
    await page.getByRole('button', { name: 'Cancel campaigns' }).click();
  }
  await ask();
  await dialog.getByText('2,997 reminders that are waiting will not be sent.').waitFor();
  await dialog.getByText('1 of them has not started').waitFor();
  await insertCampaigns(poll, 'FAILED', ['Noon 0', 'Noon -1']);
  await page.reload();
  await ask();
  await dialog.getByText('At least 3,000 reminders that are waiting will not be sent.').waitFor();
  await page.goto(`${app.url}/polls/poll_${poll}`);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await dialog.getByText('At least 3,000 reminders that are waiting will not be sent.').waitFor();
});
