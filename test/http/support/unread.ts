import { connect as connectTo, type Socket } from 'node:net';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { VIEWER_TOKEN, type TestApp } from '../../support/app.js';
import { codeOf } from '../../support/requests.js';

const CAMPAIGNS = 100;
const TEMPLATE_LENGTH = 4000;
const PIPELINED = 8;

/** Makes campaigns with long texts. */
export async function createLongCampaigns({ database }: TestApp): Promise<void> {
  await database.query(
    `WITH poll AS (INSERT INTO poll (title) VALUES ('Long') RETURNING id)
     INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms)
     SELECT id, repeat('x', $1), 100, 0, 0 FROM poll, generate_series(1, $2)`,
    [TEMPLATE_LENGTH, CAMPAIGNS],
  );
}

/** A query whose result has about so many times 400 kB. */
export function templates(times: number): string {
  const fields = Array.from({ length: times }, (_, index) => `a${index}: messageTemplate`);
  return `{ campaigns(first: ${CAMPAIGNS}) { nodes { ${fields.join(' ')} } } }`;
}

const HEADERS = { authorization: `Bearer ${VIEWER_TOKEN}`, 'content-type': 'application/json' };

/** Asks and reads the answer. @returns status and code */
export function ask(
  { url }: TestApp,
  query: string,
  localAddress?: string,
): Promise<[number | undefined, string | undefined]> {
  const options = { method: 'POST', headers: HEADERS, localAddress };
  return new Promise((resolve, reject) => {
    request(`${url}/graphql`, options, (response) => {
      text(response).then((body) => {
        resolve([response.statusCode, codeOf(JSON.parse(body) as object)]);
      }, reject);
    })
      .on('error', reject)
      .end(JSON.stringify({ query }));
  });
}

/** Asks more than the buffers of the system hold, on one connection, and reads nothing of the answers. */
export function askWithoutReading({ url }: TestApp, query: string, localAddress?: string): Socket {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ query });
  const head = Object.entries({ host: hostname, ...HEADERS, 'content-length': String(body.length) });
  const socket = connectTo({ port: Number(port), host: hostname, localAddress }).pause();
  socket.on('error', () => undefined);
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`POST /graphql HTTP/1.1\r\n${lines}\r\n${body}`.repeat(PIPELINED));
  return socket;
}
