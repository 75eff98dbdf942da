import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDataDir } from '../config/data-dir.js';

/**
 * Reads the admin token of an installation without a configured one. It is generated on the first start and kept in the data
 * folder, readable by its owner only. Of processes that start together, one generates it and the others read it.
 */
export function readGeneratedAdminToken(dataDir: string): string {
  prepareDataDir(dataDir);
  const file = join(dataDir, 'admin-token');
  try {
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
