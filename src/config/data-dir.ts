import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SettingsError } from './settings-error.js';

function readErrorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}

/** Creates folder by folder, because mkdir with `recursive` never returns below /proc. */
function makeFolders(path: string): void {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing?.isDirectory()) return;
  if (existing) throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' });
  if (dirname(path) !== path) makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process created it first.
    if (readErrorCode(error) !== 'EEXIST') throw error;
  }
}

/**
 * Creates DATA_DIR if it is missing.
 * @throws SettingsError if it cannot be created or written
 */
export function prepareDataDir(dataDir: string): void {
  const path = resolve(dataDir);
  try {
    makeFolders(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = readErrorCode(error);
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
      throw new SettingsError(
        `DATA_DIR ${dataDir} cannot be written by this account (${code}): choose another, or give it the right to.`,
      );
    }
    throw new SettingsError(`DATA_DIR ${dataDir} cannot be made into a folder (${code}): choose another.`);
  }
}
