import { beforeAll, describe, expect, test } from '@jest/globals';
import { ADMIN_TOKEN, VIEWER_TOKEN } from '../support/app.js';
import { runHosted, startHosted } from '../support/hosted-program.js';
import { createCampaign, createOpenPoll, createUsers } from '../support/factories.js';
import { useApp } from '../support/use-app.js';
import { waitFor } from '../support/wait.js';

const app = useApp();
let pollId: string;
let paced: string;
beforeAll(async () => {
  await createUsers(app.database, 3);
  const api = app.client();
  pollId = await createOpenPoll(api, { title: 'What do you think of lunch?' });
  paced = await createCampaign(api, pollId, { name: 'Lunch, slowly', pacing: { sendIntervalMs: 60_000 } });
});

function campaigns(...argv: string[]): Promise<{ code: number; output: string }> {
  return runHosted(['campaigns', ...argv], { API_URL: app.url, API_TOKEN: ADMIN_TOKEN });
}

describe('npm run campaigns', () => {
  test('lists, starts, pauses, resumes, shows and cancels', async () => {
    const listed = await campaigns('list');
    expect(listed.code).toBe(0);
    const [head, line] = listed.output.split('\n');
    expect(head).toMatch(/^ID +STATUS +DONE +TOTAL +SENT +FAILED +WHAT$/);
    expect(line).toMatch(new RegExp(`^${paced} +PENDING +0\\.0 % +0 +0 +0 +Lunch, slowly$`));

    expect(await campaigns('start', `campaign_${paced}`)).toEqual({
      code: 0,
      output: expect.stringContaining(`Campaign ${paced} is PROCESSING`),
    });
    await waitFor('its plan', async () => / total +3$/m.test((await campaigns('show', paced)).output));
    expect(await campaigns('pause', paced)).toEqual({ code: 0, output: `Campaign ${paced} is PAUSED.\n` });
    const again = await campaigns('pause', paced, '999999');
    expect(again.code).toBe(1);
    expect(again.output).toContain(`Campaign ${paced} is PAUSED`);
    expect(again.output).toContain('There is no campaign 999999.');
    expect((await campaigns('resume', paced)).output).toBe(`Campaign ${paced} is PROCESSING.\n`);
    expect((await campaigns('cancel', paced)).output).toBe(`Campaign ${paced} is CANCELLED.\n`);
    const shown = await campaigns('show', paced);
    expect(shown.output).toMatch(/^ {2}Name +Lunch, slowly$/m);
    expect(shown.output).toMatch(/^ {2}Created by +ADMIN_TOKEN$/m);
    expect(shown.output).toMatch(/^ {2}SKIPPED +CAMPAIGN_CANCELLED +[23]$/m);
    expect(shown.output).toMatch(/^ {2}total +3$/m);
  });

  test('filters a list, goes beyond one page of the API, and writes JSON for programs', async () => {
    await app.database.query(
      `INSERT INTO notification_campaign (topic_id, name, message_template, chunk_size, chunk_interval_ms, send_interval_ms)
       SELECT $1, 'Many ' || place, 'x', 1, 0, 0 FROM generate_series(1, 105) place`,
      [pollId],
    );
    const all = await campaigns('list', '--search', 'MANY', '--limit', '200', '--json');
    const lines = all.output.trim().split('\n');
    expect(lines).toHaveLength(105);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      id: expect.stringMatching(/^campaign_/),
      status: 'PENDING',
    });
    const some = await campaigns(
      'list',
      '--status',
      'pending, paused',
      '--poll',
      `poll_${pollId}`,
      '--limit',
      '2',
    );
    expect(some.output).toContain('There are more');
    expect((await campaigns('list', '--attention')).output.trim().split('\n')).toHaveLength(1);
  });

  test('watches a campaign to its end, also while the server is restarted, and retries it', async () => {
    const id = await createCampaign(app.client(), await createOpenPoll(app.client()));
    const running = startHosted(['campaigns', 'watch', id], { API_URL: app.url, API_TOKEN: ADMIN_TOKEN });
    await waitFor('the subscription', () => running.output().includes(`Campaign ${id} is PENDING: `));
    const [server] = app.processes;
    server?.kill('SIGTERM');
    await server?.exited;
    await app.startApi('start', { PORT: new URL(app.url).port });
    await campaigns('start', id);
    await waitFor('the end', () => running.exitCode() !== null);
    expect(running.output()).toContain(`Campaign ${id} COMPLETED:`);
    expect(running.output()).toMatch(/^ {2}SENT +3$/m);
    const retried = await campaigns('retry', id, '--status', 'FAILED,UNCONFIRMED');
    expect(retried).toEqual({ code: 1, output: expect.stringContaining('no deliveries of these statuses') });
  });

  test.each<[string[], Record<string, string>, number, string]>([
    [['show', '999999'], {}, 1, 'There is no campaign 999999'],
    [['show', 'poll_1'], {}, 1, 'the id of a poll'],
    [['pause'], {}, 2, "missing required argument 'ids'"],
    [['list', '--limit', 'x'], {}, 2, 'It must be a whole number.'],
    [['list', '--status', 'LOST'], {}, 1, 'LOST'],
    [['list'], { API_TOKEN: 'a-token-of-nobody-at-all' }, 1, 'Send a valid token'],
    [['cancel', '1'], { API_TOKEN: VIEWER_TOKEN }, 1, 'it needs the role ADMIN'],
    [['list'], { API_URL: 'http://127.0.0.1:1' }, 1, 'The API at http://127.0.0.1:1 cannot be reached'],
    [['list'], { API_TOKEN: '', DATA_DIR: '/nowhere' }, 2, 'API_TOKEN is missing'],
    [['list'], { API_URL: 'nonsense' }, 2, 'API_URL'],
  ])('%j with %j ends with %d and says why', async (argv, environment, code, sentence) => {
    const ended = await runHosted(['campaigns', ...argv], {
      API_URL: app.url,
      API_TOKEN: ADMIN_TOKEN,
      ...environment,
    });
    expect(ended).toEqual({ code, output: expect.stringContaining(sentence) });
  });
});
