#!/usr/bin/env node
// Runs the tests that have to do with jobs with the jobs in MongoDB, or says loudly that there is none:
// node bin/over-mongo.mjs test [...]
import { spawnSync } from 'node:child_process';

const [script, ...rest] = process.argv.slice(2);
if (!process.env.MONGODB_URL) {
  console.log(
    `!!! SKIPPED: "${script}" over MongoDB needs MONGODB_URL, such as mongodb://127.0.0.1:27017 !!!`,
  );
  process.exit(0);
}
const npm = process.env.npm_execpath;
const [command, argv] = npm ? [process.execPath, [npm]] : ['npm', []];
const { status } = spawnSync(
  command,
  [...argv, 'run', script, '--', '--filter=./test/support/only-jobs.cjs', ...rest],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
