#!/usr/bin/env node
// Writes what is generated: first from the code of the API, then the types of documents from its schema.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDocumentTypes } from './document-types.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const options = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [join(root, 'bin', 'pollcast.mjs'), 'generate', ...options], {
  stdio: 'inherit',
});
const check = options.includes('--check') || process.env.npm_config_check === 'true';
const changed = await generateDocumentTypes(root, { check });
for (const file of changed) console.log(`${file} ${check ? 'differs from the schema.' : 'was written.'}`);
process.exitCode = status || (check && changed.length > 0 ? 1 : 0);
