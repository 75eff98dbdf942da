import { WorkerHeartbeat } from '../engine/worker-heartbeat.js';
import type { ProcessDeps } from './deps.js';
import type { Engine } from './engine.js';
import { startBot, type RunningBot } from './bot.js';
import type { ShutdownStack } from './shutdown-stack.js';

/**
 * Works jobs and reads updates while the process has the bot of the installation. With another bot, it must neither send nor
 * reply.
 */
export async function startWork(deps: ProcessDeps, engine: Engine, shutdown: ShutdownStack): Promise<void> {
  const { scheduler, guard, engineSql, metrics, logger } = deps;
  const handlers = () => (guard.problem === null ? engine.handlers : undefined);
  let bot: RunningBot | undefined;
  const followBot = async () => {
    if (guard.problem === null) bot ??= startBot(deps);
    else {
      await bot?.stop();
      bot = undefined;
    }
  };
  const heartbeat = new WorkerHeartbeat(
    engineSql,
    () => ({ problem: guard.problem, holderKey: engine.holderKey() }),
    logger,
  );
  await scheduler.start(handlers());
  engine.start();
  await followBot();
  let changing = Promise.resolve();
  shutdown.add(async () => {
    guard.onChange(() => undefined);
    await changing;
    await bot?.stop();
  });
  metrics.watchBot({ isFailing: () => bot?.isFailing() ?? false });
  shutdown.add(() => heartbeat.stop());
  await heartbeat.start();
  const change = async () => {
    await Promise.all([heartbeat.beat(), scheduler.switchTo(handlers()), followBot()]);
  };
  guard.onChange(() => {
    changing = changing.then(change).catch((error: unknown) => {
      logger.error({ err: error }, 'the bot of the installation could not be followed');
    });
  });
  if (guard.problem === null) logger.info('working jobs');
}
