import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '@pollcast/embedded-postgres';
import { UnfitDatabase } from '../database/unfit-database.js';

/**
 * Joins the embedded PostgreSQL, which production installations do not include.
 * @throws UnfitDatabase if it is not installed, or does not run on this machine
 */
export async function joinEmbeddedDatabase(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { joinEmbeddedPostgres, EmbeddedPostgresError } = await loadPackage();
  try {
    return await joinEmbeddedPostgres(options);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw new UnfitDatabase(error.message, { cause: error });
    throw error;
  }
}

async function loadPackage() {
  try {
    return await import('@pollcast/embedded-postgres');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const reason = 'The embedded PostgreSQL is not part of this installation';
    throw new UnfitDatabase(`${reason}: set DATABASE_URL to a PostgreSQL server.`, { cause: error });
  }
}
