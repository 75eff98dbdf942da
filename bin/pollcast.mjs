#!/usr/bin/env node
// Builds when needed, then hands over to the command line in dist/.
import { build } from './build.mjs';

try {
  await build();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
await import('../dist/src/main.js');
