#!/usr/bin/env node
// Builds when needed, then hands over to the command line in dist/.
import { build } from './build.mjs';
import { withNpmOptions } from './npm-options.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Pollcast needs Node 20.19 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
try {
  await build();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
process.argv.splice(2, Infinity, ...withNpmOptions(process.argv.slice(2), process.env));
await import('../dist/main.js');
