import { startApp, type AppRole } from '../app/app.js';
import type { Settings } from '../config/settings.js';
import { announce } from './announcement.js';
import type { Run } from './shell.js';

/** Serves until it is asked to stop. */
export async function serve(settings: Settings, roles: AppRole[], run: Run): Promise<void> {
  const { interruption, shell } = run;
  const logger = run.serverLogger(settings);
  const log = (error: unknown) => {
    logger.error({ err: error }, 'unhandled rejection');
  };
  // An unhandled rejection in a library must not end the process before pending results are written.
  process.on('unhandledRejection', log);
  try {
    const app = await startApp(settings, roles, logger);
    interruption.started();
    announce(app, settings, logger, shell.stdout);
    logger.info(`received ${await interruption.arrived}, stopping`);
    await app.stop();
    logger.info('stopped');
  } finally {
    process.off('unhandledRejection', log);
  }
}
