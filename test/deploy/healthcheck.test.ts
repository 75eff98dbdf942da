import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { followProcess } from '../support/process.js';
import { imageHealthCheck } from './dockerfile.js';

let status = 200;
let server: Server;
let port: string;
/** A port that was free a moment ago. */
let closedPort: string;

async function listen(): Promise<Server> {
  const listening = createServer((request, response) => {
    response.writeHead(request.url === '/healthz' ? status : 404).end();
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return listening;
}

const portOf = (listening: Server) => String((listening.address() as AddressInfo).port);

beforeAll(async () => {
  server = await listen();
  port = portOf(server);
  const other = await listen();
  closedPort = portOf(other);
  other.close();
});
afterAll(() => {
  server.close();
});

async function check(environment: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const [program = '', ...argv] = imageHealthCheck();
  const child = spawn(program, argv, {
    cwd: projectPath(),
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = followProcess(child);
  return { code: await running.exited, output: running.output() };
}

describe('the health check of the image', () => {
  test.each([
    ['the API', () => ({ PORT: port, WORKER_PORT: closedPort })],
    ['a worker', () => ({ PORT: closedPort, WORKER_PORT: port })],
  ])('passes when %s answers', async (_who, environment) => {
    status = 200;
    expect(await check(environment())).toEqual({ code: 0, output: '' });
  });

  test('fails when the answer is an error, when nobody answers, and when nobody could', async () => {
    status = 503;
    const refused = await check({ PORT: port, WORKER_PORT: closedPort });
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/answers 503.*ECONNREFUSED/);
    expect((await check({ PORT: closedPort })).code).toBe(1);
    expect((await check({})).code).toBe(1);
  });
});
