// Takes pictures of the dashboard, on data of its own:
//   node docs/pictures/draw-dashboard.mjs          those of README, into docs/pictures
//   node docs/pictures/draw-dashboard.mjs FOLDER   every page, light and dark, wide and on a phone
// Needs Chromium (CHROMIUM_PATH, or "chromium" on the PATH).
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const program = fileURLToPath(new URL('../../bin/pollcast.mjs', import.meta.url));
const README_PICTURES = [
  { name: 'dashboard-campaign', path: 'campaign', theme: 'light' },
  { name: 'dashboard-campaigns', path: 'campaigns', theme: 'dark' },
];

/** `npm start` on a database of its own. */
async function startPollcast(dataDir) {
  const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', NO_COLOR: '1' };
  const child = spawn(process.execPath, [program, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [sandbox, url] = await new Promise((resolve, reject) => {
    let printed = '';
    const read = (data) => {
      printed += data;
      const addresses = [/http:\/\/[^/]+(?=\/sandbox)/, /http:\/\/[^/]+(?=\/graphql)/].map(
        (path) => path.exec(printed)?.[0],
      );
      if (addresses.every((address) => address !== undefined)) resolve(addresses);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(printed)));
  });
  const token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
  const stop = async () => {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return { url, sandbox, token, stop };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

function apiAt({ url, token }) {
  return async (query, variables = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    const refused = Object.values(data).flatMap((payload) => payload?.userErrors ?? []);
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    return data;
  };
}

const NAMES = ['Ada', 'Boris', 'Chiara', 'Dmitri', 'Elif', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jonas'];
const GROUPS = ['Kitchen', 'Office', 'Warehouse'];

/** People who got a reminder that asks the first question answer it, and most of them the second as well. */
async function answerReminders(sandbox, questions) {
  const messages = await (await fetch(`${sandbox}/sandbox/messages?limit=1000`)).json();
  const asked = messages.filter(({ text }) => text.includes(questions[0].text)).slice(0, 60);
  /** The next question comes by an edit of the message. */
  const press = async (chatId, { options }, place) => {
    const body = JSON.stringify({ text: options[Math.floor((place * place) / 5) % options.length] });
    const headers = { 'content-type': 'application/json' };
    for (;;) {
      const { ok } = await fetch(`${sandbox}/sandbox/chats/${chatId}/presses`, {
        method: 'POST',
        headers,
        body,
      });
      if (ok) return;
      await pause();
    }
  };
  for (const [place, { chatId }] of asked.entries()) await press(chatId, questions[0], place);
  for (const [place, { chatId }] of asked.entries())
    if (place % 4 !== 0) await press(chatId, questions[1], place + 1);
}

/** People, polls, and campaigns in every state. */
async function makeData(api, sandbox) {
  const users = Array.from({ length: 400 }, (_, place) => ({
    id: String(4_300_000_001 + place),
    firstName: NAMES[place % NAMES.length],
    username: `colleague_${place + 1}`,
    languageCode: place % 3 === 0 ? 'ru' : 'en',
    timeZone: 'Europe/Lisbon',
    groups: [GROUPS[place % GROUPS.length]],
  }));
  await api(
    'mutation ($users: [TelegramUserInput!]!) { importTelegramUsers(users: $users) { userErrors { message } } }',
    {
      users,
    },
  );
  const createPoll = async (input) => {
    const {
      createPoll: { poll },
    } = await api(
      'mutation ($input: CreatePollInput!) { createPoll(input: $input) { poll { id } userErrors { message } } }',
      { input },
    );
    await api('mutation ($id: ID!) { openPoll(id: $id) { userErrors { message } } }', { id: poll.id });
    return poll.id;
  };
  const createCampaign = async (topicId, input) => {
    const {
      createCampaign: { campaign },
    } = await api(
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { id } userErrors { message } } }',
      { input: { topicId, ...input } },
    );
    return campaign.id;
  };
  const call = (name, id) =>
    api(`mutation ($id: ID!) { ${name}(id: $id) { userErrors { message } } }`, { id });
  const questions = [
    { text: 'How often do you eat in the canteen?', options: ['Every day', 'Once or twice a week', 'Never'] },
    { text: 'What is missing?', options: ['More vegetables', 'Something sweet', 'Nothing'] },
  ];
  const lunch = await createPoll({
    title: 'What shall the canteen cook in spring?',
    closesAt: new Date(Date.now() + 9 * 86_400_000).toISOString(),
    questions,
  });
  const safety = await createPoll({
    title: 'Safety at work, 2026',
    groups: ['Kitchen', 'Warehouse'],
    questions: [{ text: 'Do you know where the first-aid box is?', options: ['Yes', 'No'] }],
  });
  const fast = { sendIntervalMs: 40, chunkIntervalMs: 100, chunkSize: 50 };
  await api(
    'mutation ($pollId: ID!, $userIds: [ID!]!) { recordPollCompletions(pollId: $pollId, userIds: $userIds) { userErrors { message } } }',
    { pollId: lunch, userIds: users.slice(0, 120).map(({ id }) => id) },
  );
  const first = await createCampaign(safety, { name: 'First call', pacing: fast });
  await call('startCampaign', first);
  await until(api, first, ({ status }) => status === 'COMPLETED');
  const paused = await createCampaign(safety, {
    name: 'Second call, kitchen only',
    audience: { groups: ['Kitchen'] },
  });
  await call('startCampaign', paused);
  await until(api, paused, ({ sentUsers }) => sentUsers > 3);
  await call('pauseCampaign', paused);
  await createCampaign(lunch, {
    name: 'Last day',
    scheduledFor: new Date(Date.now() + 7 * 86_400_000).toISOString(),
  });
  const running = await createCampaign(lunch, {
    name: 'Canteen, first reminder',
    asksFirstQuestion: true,
    pacing: { sendIntervalMs: 250, chunkIntervalMs: 500, chunkSize: 50 },
  });
  await call('startCampaign', running);
  await until(api, running, ({ sentUsers }) => sentUsers > 60);
  await answerReminders(sandbox, questions);
  return { campaign: running, poll: lunch, person: `user_${users[3].id}` };
}

async function until(api, id, holds) {
  for (;;) {
    const { campaign } = await api('query ($id: ID!) { campaign(id: $id) { status sentUsers } }', { id });
    if (holds(campaign)) return;
    await pause();
  }
}

function pagesFor({ campaign, poll, person }) {
  return {
    campaigns: '/',
    campaign: `/campaigns/${campaign}`,
    'campaign-deliveries': `/campaigns/${campaign}/deliveries`,
    'campaign-chunks': `/campaigns/${campaign}/chunks`,
    'campaign-history': `/campaigns/${campaign}/history`,
    'campaign-new': `/campaigns/new?topic=${poll}`,
    polls: '/polls',
    poll: `/polls/${poll}`,
    'poll-people': `/polls/${poll}/people`,
    'poll-new': '/polls/new',
    people: '/people',
    groups: '/people/groups',
    import: '/people/import',
    person: `/people/${person}`,
    installation: '/installation',
    tokens: '/installation/tokens',
    audit: '/installation/audit',
  };
}

async function take(browser, { url, token }, { path, file, theme, viewport, fullPage }) {
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    locale: 'en-GB',
    deviceScaleFactor: 1,
  });
  await context.addInitScript(`if (location.host) sessionStorage.setItem('pollcast.token', '${token}')`);
  const page = await context.newPage();
  await page.goto(url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('[aria-busy]').first().waitFor({ state: 'detached' });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await page.screenshot({ path: file, fullPage });
  await context.close();
}

const wide = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };
const [folder] = process.argv.slice(2);
const dataDir = await mkdtemp(join(tmpdir(), 'pollcast-pictures-'));
// Where root runs this, PostgreSQL's account has to pass.
await chmod(dataDir, 0o711);
const found = spawnSync('sh', ['-c', 'command -v chromium chromium-browser google-chrome | head -n 1']);
const executablePath = process.env.CHROMIUM_PATH ?? String(found.stdout).trim();
const pollcast = await startPollcast(dataDir);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const pages = pagesFor(await makeData(apiAt(pollcast), pollcast.sandbox));
  if (folder === undefined) {
    for (const { name, path, theme } of README_PICTURES) {
      const file = fileURLToPath(new URL(`${name}.png`, import.meta.url));
      await take(browser, pollcast, { path: pages[path], file, theme, viewport: wide, fullPage: false });
    }
  } else {
    await mkdir(folder, { recursive: true });
    for (const [name, path] of Object.entries(pages))
      for (const theme of ['light', 'dark'])
        for (const [size, viewport] of Object.entries({ wide, phone })) {
          const file = join(folder, `${name}-${theme}-${size}.png`);
          await take(browser, pollcast, { path, file, theme, viewport, fullPage: true });
        }
  }
} finally {
  await browser.close();
  await pollcast.stop();
  await rm(dataDir, { recursive: true, force: true });
}
