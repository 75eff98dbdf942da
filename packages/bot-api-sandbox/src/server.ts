import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerBotApi } from './bot-api.js';
import { answerControl } from './control.js';
import { answerPage } from './page.js';
import type { SandboxCore } from './core.js';
import { Delays, readBody, sendJson } from './transport.js';

/** Longer than clients keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000;

export interface RunningServer {
  /** Without a trailing slash. */
  url: string;
  /** Cuts every connection, long polls included, and resolves when the port is free. */
  close(): Promise<void>;
}

/** @throws Error from node:net, such as EADDRINUSE */
export async function startServer(core: SandboxCore): Promise<RunningServer> {
  const delays = new Delays();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    void route(core, delays, request, response);
  });
  await listen(server, core.options.port, core.options.host);
  const { port, address, family } = server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        delays.close();
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function route(
  core: SandboxCore,
  delays: Delays,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const url = request.url ?? '/';
  if (url.startsWith('/bot')) await answerBotApi(core, delays, request, response, body);
  else if (/^\/sandbox\b/.test(url)) await answerControl(core, request, response, body);
  else if (request.method === 'GET' && (await answerPage(url, response))) return;
  else sendJson(response, 404, { ok: false, error_code: 404, description: 'Not Found' });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
