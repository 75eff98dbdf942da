import type { Logger } from 'pino';
import { startApp, type App, type AppRole } from '../app/app.js';
import type { Settings } from '../config/settings.js';

/** The process ends by then, whatever hangs. */
const FORCE_QUIT_MS = 10_000;

function announce({ url, keptAdminToken }: App, { production }: Settings, logger: Logger): void {
  if (url === undefined) return;
  logger.info({ url: `${url}/graphql` }, `GraphQL API at ${url}/graphql`);
  if (production) return;
  logger.info(`Apollo Sandbox at ${url}/graphql (open it in a browser)`);
  if (keptAdminToken !== undefined) logger.info(`admin token: ${keptAdminToken}`);
}

/** Runs until SIGTERM or SIGINT. */
export async function serve(settings: Settings, roles: AppRole[], logger: Logger): Promise<void> {
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
  });
  const app = await startApp(settings, roles, logger);
  announce(app, settings, logger);
  logger.info(`received ${await signal}, stopping`);
  setTimeout(() => {
    logger.error('stopping took too long; what was in flight is settled at the next start');
    process.exit(1);
  }, FORCE_QUIT_MS).unref();
  await app.stop();
  logger.info('stopped');
}
