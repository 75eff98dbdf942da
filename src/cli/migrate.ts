import { locateDatabase } from '../app/database.js';
import { migrate } from '../app/data-source.js';
import type { CommandContext } from './shell.js';

export async function migrateCommand(context: CommandContext): Promise<void> {
  const { settings, logger, interruption, output } = context;
  const location = await locateDatabase(settings, logger);
  try {
    const ran = await interruption.orElse(migrate(location.session, { url: location.directUrl, logger }));
    output.log(ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'The database schema is up to date.');
  } finally {
    await location.leave();
  }
}
