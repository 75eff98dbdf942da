import { SHUTDOWN } from '../kernel/shutdown.js';
import { withTimeout } from '../kernel/timeout.js';
import { WorkerHeartbeat } from '../engine/worker-heartbeat.js';
import { GuardedBot } from './conversation.js';
import type { JobProcessDeps } from './deps.js';
import type { Engine } from './engine.js';
import type { ShutdownStack } from './shutdown-stack.js';

/**
 * Works jobs while the process has the bot of the installation, and stands in for the bot's own processes. With another bot, it
 * must neither send nor reply.
 */
export async function startWork(
  deps: JobProcessDeps,
  engine: Engine,
  shutdown: ShutdownStack,
): Promise<void> {
  const { scheduler, guard, engineSql, metrics, logger } = deps;
  const handlers = () => (guard.problem === null ? engine.handlers : undefined);
  const bot = new GuardedBot(deps, 'deputy');
  const heartbeat = new WorkerHeartbeat(
    engineSql,
    () => ({ problem: guard.problem, holderKey: engine.holderKey() }),
    logger,
  );
  await scheduler.start(handlers());
  engine.start();
  await bot.followGuard();
  let changing = Promise.resolve();
  shutdown.add(async () => {
    guard.onChange(() => undefined);
    // It may wait for a job storage that is away.
    await withTimeout(changing, SHUTDOWN.jobStorageMs);
    await bot.stop(shutdown.msUntil(SHUTDOWN.answersMs));
  });
  metrics.watchBot(bot);
  shutdown.add(() => heartbeat.stop());
  await heartbeat.start();
  const change = async () => {
    await Promise.all([heartbeat.beat(), scheduler.switchTo(handlers()), bot.followGuard()]);
  };
  guard.onChange(() => {
    changing = changing.then(change).catch((error: unknown) => {
      logger.error({ err: error }, 'the bot of the installation could not be followed');
    });
  });
  if (guard.problem === null) logger.info('working jobs');
}
