import type { Logger } from 'pino';
import { startApp, type AppRole } from '../app/app.js';
import type { Settings } from '../config/settings.js';
import { announce } from './announcement.js';
import type { Interruption } from './interruption.js';

/** Runs until it is asked to end. */
export async function serve(
  settings: Settings,
  roles: AppRole[],
  logger: Logger,
  interruption: Interruption,
): Promise<void> {
  // A promise that nobody awaits, in a library, must not take with it the results that are still to be written.
  process.on('unhandledRejection', (error) => {
    logger.error({ err: error }, 'something failed that nothing waits for');
  });
  const app = await startApp(settings, roles, logger);
  interruption.started();
  announce(app, settings, logger);
  logger.info(`received ${await interruption.arrived}, stopping`);
  await app.stop();
  logger.info('stopped');
}
