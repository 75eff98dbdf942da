import { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.js';
import { createDataSource } from '../database/data-source.js';
import { joinEmbeddedPostgres } from '../database/embedded/index.js';
import { migrate } from '../database/migrate.js';

export interface DatabaseLocation {
  url: string;
  embedded: boolean;
  leave(): Promise<void>;
}

/** The configured database, or else the embedded one, which is started if it does not run yet. */
export async function locateDatabase(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  logger: Logger,
): Promise<DatabaseLocation> {
  if (databaseUrl !== undefined) return { url: databaseUrl, embedded: false, leave: () => Promise.resolve() };
  const embedded = await joinEmbeddedPostgres({
    dataDir,
    onProgress: (message) => {
      logger.info(message);
    },
  });
  return { url: embedded.url, embedded: true, leave: () => embedded.leave() };
}

export interface ConnectedDatabase {
  url: string;
  dataSource: DataSource;
  /** For the job queue, whose statements must not wait behind those of the application. */
  jobPool: Pool;
  close(): Promise<void>;
}

const JOB_POOL_SIZE = 6;

/** Locates the database, brings its schema up to date and connects. */
export async function connectDatabase(settings: Settings, logger: Logger): Promise<ConnectedDatabase> {
  const location = await locateDatabase(settings, logger);
  const { url } = location;
  try {
    const ran = await migrate({ url, logger });
    if (ran.length > 0) logger.info({ migrations: ran }, 'database schema brought up to date');
    const dataSource = await createDataSource({ url, logger }).initialize();
    const jobPool = new Pool({
      connectionString: url,
      max: JOB_POOL_SIZE,
      application_name: 'pollcast jobs',
    });
    jobPool.on('error', (error) => {
      logger.warn({ err: error }, 'an idle database connection was lost');
    });
    return {
      url,
      dataSource,
      jobPool,
      close: async () => {
        await Promise.all([dataSource.destroy(), jobPool.end()]);
        await location.leave();
      },
    };
  } catch (error) {
    await location.leave();
    throw error;
  }
}
