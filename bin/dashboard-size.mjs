// Fails if the JavaScript that the dashboard loads before its first page is larger than it may be.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 220_000;
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'dashboard');
const manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8'));

/** The entry with all that it imports at once; what it imports later is left out. */
function initial(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const imported of manifest[name].imports ?? []) initial(imported, seen);
  return seen;
}

const files = [...initial('index.html')].map((name) => manifest[name].file);
const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
console.log(`Initial JavaScript: ${(bytes / 1000).toFixed(1)} kB gzipped of ${LIMIT_BYTES / 1000} kB.`);
process.exitCode = bytes > LIMIT_BYTES ? 1 : 0;
