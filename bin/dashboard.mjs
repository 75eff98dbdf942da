// Builds dashboard/ to dist/dashboard/, when its sources are newer than what was built of them.
import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = [
  'dashboard/src',
  'dashboard/public',
  'dashboard/index.html',
  'dashboard/vite.config.mjs',
  'packages/people-file/src',
  'packages/telegram-text/src',
];

/** What the build of the dashboard goes by. */
export const DASHBOARD_SOURCES = [...SOURCES, 'package-lock.json'];

/** @param {string} root the folder of the project  @param newestOf time of the newest file in a folder */
export async function buildDashboard(root, newestOf) {
  const beganAt = new Date();
  const stamp = join(root, 'dist', '.built-dashboard');
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isThere = existsSync(join(root, 'dist', 'dashboard', 'index.html'));
  if (isThere && DASHBOARD_SOURCES.every((source) => newestOf(join(root, source)) < built)) return;
  // Vite sets it for what it builds; the program that starts after the build has its own.
  const mode = process.env.NODE_ENV;
  const [{ build }, { default: config }] = await Promise.all([
    import('vite'),
    import('../dashboard/vite.config.mjs'),
  ]);
  try {
    await build(config);
  } finally {
    if (mode === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = mode;
  }
  writeFileSync(stamp, '');
  utimesSync(stamp, beganAt, beganAt);
}
