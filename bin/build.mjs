#!/usr/bin/env node
// Compiles src/ to dist/ when dist/ is missing or older than its sources. Two processes that start at
// once do not write over each other: the second waits for the first one's lock.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'dist', '.build-lock');

function compiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  } catch {
    return undefined;
  }
}

function holderIsAlive() {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch {
    return false;
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
      if (!holderIsAlive()) rmSync(lock, { force: true });
      await sleep(100);
    }
  }
}

/** Brings dist/ up to date. An installation without the compiler (production) uses the dist/ it has. */
export async function build() {
  const tsc = compiler();
  if (!tsc) {
    if (existsSync(join(root, 'dist', 'src', 'main.js'))) return;
    throw new Error(
      'dist/ is missing and typescript is not installed: run "npm ci" with development dependencies.',
    );
  }
  await takeLock();
  try {
    const { status } = spawnSync(process.execPath, [tsc, '--build', root], { stdio: 'inherit' });
    if (status !== 0) throw new Error('The build failed: see the messages of the TypeScript compiler above.');
  } finally {
    rmSync(lock, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sourcesArePresent = existsSync(join(root, 'src')) && compiler() !== undefined;
  if (sourcesArePresent || !process.argv.includes('--if-possible')) {
    try {
      await build();
    } catch (error) {
      console.error(error.message);
      process.exit(1);
    }
  }
}
