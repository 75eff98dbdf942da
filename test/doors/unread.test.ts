import { connect as connectTo, type Socket } from 'node:net';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestApp, VIEWER_TOKEN } from '../support/app.js';
import { codeOf, TRANSPORTS } from '../support/requests.js';
import { waitFor } from '../support/wait.js';

const CAMPAIGNS = 100;
const TEMPLATE_LENGTH = 4000;
const PIPELINED = 8;
const OTHER_ADDRESS = '127.0.0.2';

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.prepare();
  await app.startApi('api');
  await app.database.query(
    `WITH poll AS (INSERT INTO poll (title) VALUES ('Lunch') RETURNING id)
     INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms)
     SELECT id, repeat('x', $1), 100, 0, 0 FROM poll, generate_series(1, $2)`,
    [TEMPLATE_LENGTH, CAMPAIGNS],
  );
});
afterAll(() => app.stop());

/** A query whose result has about so many times 400 kB. */
function templates(times: number): string {
  const fields = Array.from({ length: times }, (_, index) => `a${index}: messageTemplate`);
  return `{ campaigns(first: ${CAMPAIGNS}) { nodes { ${fields.join(' ')} } } }`;
}

const HEADERS = { authorization: `Bearer ${VIEWER_TOKEN}`, 'content-type': 'application/json' };

/** Asks and reads the answer. @returns status and code */
function ask(query: string, localAddress?: string): Promise<[number | undefined, string | undefined]> {
  const options = { method: 'POST', headers: HEADERS, localAddress };
  return new Promise((resolve, reject) => {
    request(`${app.url}/graphql`, options, (response) => {
      text(response).then((body) => {
        resolve([response.statusCode, codeOf(JSON.parse(body) as object)]);
      }, reject);
    })
      .on('error', reject)
      .end(JSON.stringify({ query }));
  });
}

/** Asks more than the buffers of the system hold, on one connection, and reads nothing of the answers. */
function askDeafly(query: string): Socket {
  const { hostname, port } = new URL(app.url);
  const body = JSON.stringify({ query });
  const head = Object.entries({ host: hostname, ...HEADERS, 'content-length': String(body.length) });
  const socket = connectTo(Number(port), hostname).pause();
  socket.on('error', () => undefined);
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`POST /graphql HTTP/1.1\r\n${lines}\r\n${body}`.repeat(PIPELINED));
  return socket;
}

test.each(TRANSPORTS)('a result of more than 2 MiB is not given over %s', async (_name, send) => {
  const fits = await send(app.url, { query: templates(5) }, VIEWER_TOKEN);
  expect([codeOf(fits), JSON.stringify(fits.data).length]).toEqual([undefined, expect.any(Number)]);
  const refused = await send(app.url, { query: templates(6) }, VIEWER_TOKEN);
  expect(refused).toMatchObject({
    errors: [
      {
        message: expect.stringMatching(/^The result has \d+ bytes/),
        extensions: { code: 'RESULT_TOO_LARGE' },
      },
    ],
  });
  expect(refused.data).toBeUndefined();
});

test('an address that reads nothing gets no more large answers, and is in the way of nobody else', async () => {
  const deaf: Socket[] = [];
  const refused = await waitFor('the limit', async () => {
    deaf.push(askDeafly(templates(5)));
    const [status, code] = await ask(templates(5));
    return status !== 200 && [status, code];
  });
  expect(refused).toEqual([429, 'TOO_MUCH_UNREAD']);
  expect(deaf.length).toBeLessThan(60);
  expect(await ask('{ polls { totalCount } }')).toEqual([200, undefined]);
  expect(await ask(templates(5), OTHER_ADDRESS)).toEqual([200, undefined]);

  for (const socket of deaf) socket.destroy();
  await waitFor('what was held to be let go', async () => (await ask(templates(5)))[0] === 200);
});
