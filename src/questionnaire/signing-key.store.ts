import { randomBytes } from 'node:crypto';
import { oneRow, rows, type SqlExecutor } from '../database/rows.js';

const KEY_BYTES = 32;

const MAKE = 'INSERT INTO signing_key (key) VALUES ($1) ON CONFLICT DO NOTHING';
const READ = 'SELECT key FROM signing_key';

/** Loads the key of the installation, which the first process makes: buttons outlive every process. */
export async function loadSigningKey(sql: SqlExecutor): Promise<Buffer> {
  const [known] = await rows<{ key: Buffer }>(sql, READ);
  if (known) return known.key;
  await rows(sql, MAKE, [randomBytes(KEY_BYTES)]);
  return (await oneRow<{ key: Buffer }>(sql, READ)).key;
}
