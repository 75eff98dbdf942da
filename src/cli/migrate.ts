import type { Logger } from 'pino';
import { locateDatabase } from '../app/database.js';
import type { Settings } from '../config/settings.js';
import { migrate } from '../app/data-source.js';
import type { Interruption } from './interruption.js';

export async function migrateCommand(
  settings: Settings,
  logger: Logger,
  interruption: Interruption,
): Promise<void> {
  const location = await locateDatabase(settings, logger);
  try {
    const ran = await interruption.orElse(migrate({ url: location.directUrl, logger }));
    console.log(ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The database schema is up to date.');
  } finally {
    await location.leave();
  }
}
