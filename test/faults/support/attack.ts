import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { projectPath } from '../../../src/config/paths.js';
import { ADMIN_TOKEN, TestApp, VIEWER_TOKEN } from '../../support/app.js';

const SOCKETS = 10_000;
const MAX_SOCKETS_PER_ADDRESS = 200;
/** For so long a socket keeps its seat that does not say who it is. */
const SILENCE_MS = 3000;
const PAUSE_MS = 10;

/** An API with something to ask for, and limits so high that attacks are looked at. */
export async function startAttackedApi(): Promise<TestApp> {
  const app = await TestApp.prepare({
    // Its sockets and its memory are what is attacked.
    process: 'own',
    environment: {
      // So high that what is refused is refused for what it is, and every attack is looked at.
      REQUESTS_PER_MINUTE_PER_ADDRESS: '100000',
      REQUESTS_PER_MINUTE_PER_TOKEN: '100000',
      MAX_SOCKETS_PER_ADDRESS: String(MAX_SOCKETS_PER_ADDRESS),
    },
  });
  await app.startApi('api');
  // 100 campaigns with 100 deliveries each, so that a query that gets through costs what it says.
  await app.database.query(`
    WITH poll AS (INSERT INTO poll (title, status) VALUES ('Lunch', 'OPEN') RETURNING id),
    person AS (INSERT INTO telegram_user (id) SELECT generate_series(1, 100) RETURNING id),
    campaign AS (
      INSERT INTO notification_campaign (topic_id, message_template, chunk_size, chunk_interval_ms, send_interval_ms)
      SELECT poll.id, 'text', 100, 0, 0 FROM poll, generate_series(1, 100) RETURNING id
    ), chunk AS (
      INSERT INTO campaign_chunk (campaign_id, number) SELECT id, 0 FROM campaign RETURNING campaign_id
    )
    INSERT INTO delivery (campaign_id, chunk_number, user_id) SELECT campaign_id, 0, person.id FROM chunk, person`);
  return app;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const QUERY = JSON.stringify({
  query: '{ campaigns(first: 20) { nodes { id status sentUsers topic { title } } } }',
});

/** Asks for what a dashboard shows. @param by false for a connection of its own. @returns how long the answer took, in milliseconds */
export async function ask(app: TestApp, by: Agent | false = agent): Promise<number> {
  const startedAt = performance.now();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` };
  const sent = request(`${app.url}/graphql`, { method: 'POST', headers, agent: by });
  sent.end(QUERY);
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  const body = await text(response);
  expect(response.statusCode).toBe(200);
  expect(body).toContain('Lunch');
  return performance.now() - startedAt;
}

export async function latencies(app: TestApp, isEnough: (count: number) => boolean): Promise<number[]> {
  const samples: number[] = [];
  while (!isEnough(samples.length)) {
    samples.push(await ask(app));
    await sleep(PAUSE_MS);
  }
  return samples;
}

/** A client that reconnects for each request. @returns the number of its requests, all of which were answered */
export async function reconnect(app: TestApp, isOver: () => boolean): Promise<number> {
  let count = 0;
  for (; !isOver(); count += 1) {
    await ask(app, false);
    await sleep(10 * PAUSE_MS);
  }
  return count;
}

export type Answers = Record<string, Record<string, number>>;

export interface Attack {
  isOver: () => boolean;
  answers: Promise<Answers>;
}

export function attack(app: TestApp): Attack {
  const script = projectPath('test', 'faults', 'fixtures', 'attacker.mjs');
  const child = spawn(process.execPath, [script, app.url, VIEWER_TOKEN, String(SOCKETS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    isOver: () => child.exitCode !== null,
    answers: text(child.stdout).then((output) => JSON.parse(output) as Answers),
  };
}

/** Each kind of attack has the answer that it deserves, and no other. @param tookMs how long the attack went on */
export function expectRightAnswers(answers: Answers, tookMs: number): void {
  const { frame = {}, ...others } = answers;
  // Of a client that is starved its frame comes after its time is over.
  expect(frame).toEqual({
    '1002': expect.any(Number),
    ...('4408' in frame && { '4408': expect.any(Number) }),
  });
  const kinds = Object.fromEntries(
    Object.entries(others).map(([kind, counts]) => [kind, Object.keys(counts).sort()]),
  );
  expect(kinds).toEqual({
    depth: ['400 QUERY_TOO_DEEP'],
    aliases: ['400 TOO_MANY_ALIASES'],
    directives: ['400 TOO_MANY_DIRECTIVES'],
    tokens: ['400 TOO_MANY_TOKENS'],
    cost: ['400 QUERY_TOO_COSTLY'],
    fragments: ['400 QUERY_TOO_COSTLY'],
    batch: ['400 BAD_REQUEST'],
    malformed: ['400 BAD_REQUEST'],
    huge: ['413 PAYLOAD_TOO_LARGE'],
    socket: ['101', '429 TOO_MANY_SOCKETS'],
    // Who says nothing is not kept.
    idle: ['4408'],
  });
  const { '101': letIn = 0, '429 TOO_MANY_SOCKETS': refused = 0 } = answers.socket ?? {};
  expect(letIn + refused).toBe(SOCKETS);
  const turns = 1 + tookMs / SILENCE_MS;
  expect(answers.idle?.['4408'] ?? 0).toBeLessThanOrEqual(MAX_SOCKETS_PER_ADDRESS * turns);
}
