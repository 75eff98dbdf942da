import type { Logger } from 'pino';
import { startApp, type AppRole } from '../app/app.js';
import type { Settings } from '../config/settings.js';
import { announce } from './announcement.js';
import type { Interruption } from './interruption.js';

/** Serves until it is asked to stop. */
export async function serve(
  settings: Settings,
  roles: AppRole[],
  logger: Logger,
  interruption: Interruption,
): Promise<void> {
  // An unhandled rejection in a library must not end the process before pending results are written.
  process.on('unhandledRejection', (error) => {
    logger.error({ err: error }, 'unhandled rejection');
  });
  const app = await startApp(settings, roles, logger);
  interruption.started();
  announce(app, settings, logger);
  logger.info(`received ${await interruption.arrived}, stopping`);
  await app.stop();
  logger.info('stopped');
}
