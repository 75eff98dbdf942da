import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { afterAll, expect, test } from '@jest/globals';
import { useApp } from '../support/use-app.js';
import { createCampaign, createOpenPoll, createUsers, startCampaign } from '../support/factories.js';
import { waitFor } from '../support/wait.js';

const app = useApp({ run: [] });
const seen: { path: string; headers: IncomingHttpHeaders }[] = [];
/** Stands before the sandbox, and sees all that goes to it. */
const observer = createServer((incoming, outgoing) => {
  const { method, url: path = '', headers } = incoming;
  seen.push({ path, headers });
  const passed = request(new URL(path, app.sandbox.url), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  passed.on('error', () => outgoing.destroy());
  outgoing.on('close', () => passed.destroy());
  incoming.pipe(passed);
});

afterAll(() => {
  observer.closeAllConnections();
  observer.close();
});

test('all that goes to Telegram goes through the one port', async () => {
  await new Promise<void>((resolve) => observer.listen(0, '127.0.0.1', resolve));
  const { port } = observer.address() as { port: number };
  await app.startApi('start', { TELEGRAM_API_ROOT: `http://127.0.0.1:${port}` });
  const api = app.client();
  await createUsers(app.database, 3);
  await startCampaign(api, await createCampaign(api, await createOpenPoll(api)));
  app.sandbox.userSays(7_000_001, '/start');
  await waitFor('reminders and a reply', () => app.sandbox.messages.length === 4);
  const methods = new Set(seen.map(({ path }) => path.split('/').at(-1)));
  for (const method of ['getMe', 'getUpdates', 'sendMessage']) expect(methods).toContain(method);
  expect(new Set(seen.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['pollcast']));
});
