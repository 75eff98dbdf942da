// Asks an installation through its proxy: node .ci/smoke-test.mjs <address> <file with the admin token>
import { readFileSync } from 'node:fs';
import { get } from 'node:http';

const [address, tokenFile] = process.argv.slice(2);
const query = JSON.stringify({ query: '{ polls(first: 1) { totalCount } }' });
const asAdmin = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };

const statusOf = async (path) => (await fetch(address + path)).status;

async function ask(headers) {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: query,
  });
  const { data } = await response.json();
  return `${response.status} ${Number.isInteger(data?.polls?.totalCount) ? 'with data' : 'without data'}`;
}

function handshake() {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-protocol': 'graphql-transport-ws',
  };
  return new Promise((resolve, reject) => {
    const request = get(`${address}/graphql`, { headers });
    const settle = ({ statusCode }) => {
      resolve(statusCode);
      request.destroy();
    };
    request.on('upgrade', settle).on('response', settle).on('error', reject);
  });
}

const checks = [
  ['a sign of life', 200, await statusOf('/healthz')],
  ['the dashboard', 200, await statusOf('/')],
  ['nothing of /metrics', 404, await statusOf('/metrics')],
  ['nothing of /readyz', 404, await statusOf('/readyz')],
  ['an answer to the admin', '200 with data', await ask(asAdmin)],
  ['no answer to others', '401 without data', await ask({})],
  ['a WebSocket', 101, await handshake()],
];
for (const [what, expected, actual] of checks) {
  console.log(`${actual === expected ? 'ok' : `NOT OK, expected ${expected}`}: ${what} (${actual})`);
}
process.exit(checks.every(([, expected, actual]) => actual === expected) ? 0 : 1);
