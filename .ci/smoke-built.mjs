// Tries out dist/ on the Node that runs this: a server answers a query and stops, and the campaign of the demo completes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dataDir = mkdtempSync(join(tmpdir(), 'pollcast-smoke-'));
// As root, PostgreSQL runs as another account.
chmodSync(dataDir, 0o711);

function run(...command) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
  };
  const child = spawn(process.execPath, ['dist/main.js', ...command], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (data) => (output += data));
  return { child, output: () => output, ended: once(child, 'close').then(([code]) => code) };
}

/** Where the server listens, as it says itself. */
async function addressOf({ child, output, ended }) {
  for (;;) {
    const address = /GraphQL API at (http:\/\/[\d.:]+)\/graphql/.exec(output())?.[1];
    if (address !== undefined) return address;
    await Promise.race([once(child.stdout, 'data'), ended]);
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${output()}`);
  }
}

async function polls(address) {
  const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ polls(first: 1) { totalCount } }' }),
  });
  return (await response.json()).data?.polls.totalCount;
}

async function serverAnswersAndStops() {
  const server = run('start');
  const count = await polls(await addressOf(server));
  server.child.kill('SIGTERM');
  return count === 0 && (await server.ended) === 0;
}

async function demoCompletes() {
  const demo = run('demo', '--fast');
  return (await demo.ended) === 0 && demo.output().includes('COMPLETED');
}

try {
  console.log(`Node ${process.versions.node}`);
  for (const check of [serverAnswersAndStops, demoCompletes]) {
    if (!(await check())) throw new Error(`${check.name} does not hold.`);
    console.log(`ok: ${check.name}`);
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
