import { WorkerHeartbeat } from '../engine/worker-heartbeat.js';
import type { ProcessDeps } from './deps.js';
import type { Engine } from './engine.js';
import { startBot, type RunningBot } from './bot.js';
import type { Undo } from './undo.js';

/**
 * Works jobs, and reads what people write, while the bot of the process is that of the installation: from another one
 * neither messages nor answers are wanted.
 */
export async function startWork(deps: ProcessDeps, engine: Engine, undo: Undo): Promise<void> {
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
  undo.add(async () => {
    guard.onChange(() => undefined);
    await changing;
    await bot?.stop();
  });
  metrics.watchBot({ isDeaf: () => bot?.isDeaf() ?? false });
  undo.add(() => heartbeat.stop());
  await heartbeat.start();
  const change = async () => {
    await Promise.all([heartbeat.beat(), scheduler.switchTo(handlers()), followBot()]);
  };
  guard.onChange(() => {
    changing = changing.then(change).catch((error: unknown) => {
      logger.error({ err: error }, 'the process could not follow the bot of the installation');
    });
  });
  if (guard.problem === null) logger.info('working jobs');
}
