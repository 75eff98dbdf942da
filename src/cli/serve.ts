import type { Logger } from 'pino';
import { startApp, type App, type AppRole } from '../app/app.js';
import type { Settings } from '../config/settings.js';
import type { Interruption } from './interruption.js';

function announce({ url, keptAdminToken }: App, { production }: Settings, logger: Logger): void {
  if (url === undefined) return;
  logger.info(`GraphQL API at ${url}/graphql`);
  if (production) return;
  logger.info(`Apollo Sandbox at ${url}/graphql (open it in a browser)`);
  if (keptAdminToken !== undefined) logger.info(`admin token: ${keptAdminToken}`);
}

/** Runs until it is asked to end. */
export async function serve(
  settings: Settings,
  roles: AppRole[],
  logger: Logger,
  interruption: Interruption,
): Promise<void> {
  const app = await startApp(settings, roles, logger);
  interruption.started();
  announce(app, settings, logger);
  logger.info(`received ${await interruption.arrived}, stopping`);
  await app.stop();
  logger.info('stopped');
}
