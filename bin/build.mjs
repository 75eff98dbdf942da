#!/usr/bin/env node
// Compiles src/, packages/ and dashboard/ when what they compile to is missing or older than its sources. Two processes that start at
// once do not write over each other: the second waits for the first one's lock.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildDashboard, DASHBOARD_SOURCES } from './dashboard.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const program = join(root, 'dist', 'main.js');
const page = join(root, 'dist', 'dashboard', 'index.html');
const lock = join(root, 'dist', '.build-lock');
/** Written after a successful build; its time is that of the build's beginning. */
const stamp = join(root, 'dist', '.built');
/** No build takes as long: an older lock belongs to another process with the same number. */
const lockIsAbandonedAfterMs = 180_000;

/** Whether what the build needs is installed: development dependencies, and not without optional ones. */
function canBuild() {
  const { resolve } = createRequire(import.meta.url);
  try {
    return ['esbuild', '@swc/core', 'vite'].every((name) => resolve(name));
  } catch {
    return false;
  }
}

function newestOf(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestOf(join(path, name))));
}

function isUpToDate() {
  if (![program, page].every((file) => existsSync(file))) return false;
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['bin', 'src', 'migrations', 'ormconfig.ts', ...DASHBOARD_SOURCES];
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  if (!packages.every((folder) => existsSync(join(root, folder, 'dist', 'index.js')))) return false;
  sources.push(...packages.map((folder) => join(folder, 'src')));
  return sources.every((source) => newestOf(join(root, source)) < built);
}

function lockIsHeld() {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder === process.pid || Date.now() - statSync(lock).mtimeMs > lockIsAbandonedAfterMs) return false;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // A process of another user.
    return error.code === 'EPERM';
  }
}

async function takeLock() {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!lockIsHeld()) rmSync(lock, { force: true });
      await sleep(100);
    }
  }
}

async function compile() {
  const beganAt = new Date();
  console.error('Compiling ...');
  const { bundle } = await import('./bundle.mjs');
  await Promise.all([bundle(root), buildDashboard(root, newestOf)]);
  writeFileSync(stamp, '');
  utimesSync(stamp, beganAt, beganAt);
}

/** Brings dist/ up to date. An installation without the compiler (production) uses the dist/ it has. */
export async function build() {
  if (!canBuild()) {
    if (existsSync(program)) return;
    throw new Error(
      'dist/ is missing and the compiler is not installed: run "npm ci" with development dependencies.',
    );
  }
  if (isUpToDate()) return;
  await takeLock();
  try {
    if (!isUpToDate()) await compile();
  } finally {
    rmSync(lock, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sourcesArePresent = existsSync(join(root, 'src')) && canBuild();
  if (sourcesArePresent || !process.argv.includes('--if-possible')) {
    try {
      await build();
    } catch (error) {
      console.error(error.message);
      process.exit(1);
    }
  }
}
