import { SHUTDOWN } from '../kernel/shutdown.js';
import type { PollerRank } from '../telegram/poller-turn.js';
import { startBot, type RunningBot } from './bot.js';
import type { ProcessDeps } from './deps.js';
import type { ShutdownStack } from './shutdown-stack.js';

/** The conversation with people, which runs while this process has the bot of the installation. */
export class GuardedBot {
  private running: RunningBot | undefined;

  constructor(
    private readonly deps: ProcessDeps,
    private readonly rank: PollerRank,
  ) {}

  /** Starts or stops, as the bot of this process is that of the installation or not. */
  async followGuard(): Promise<void> {
    if (this.deps.guard.problem === null) this.running ??= startBot(this.deps, this.rank);
    else await this.stop(0);
  }

  isFailing(): boolean {
    return this.running?.isFailing() ?? false;
  }

  /** @param repliesMs how long replies that wait may still be sent: with another bot's updates none may */
  async stop(repliesMs: number): Promise<void> {
    await this.running?.stop(repliesMs);
    this.running = undefined;
  }
}

/** Talks to people, and does nothing else. */
export async function startConversation(deps: ProcessDeps, shutdown: ShutdownStack): Promise<void> {
  const { guard, metrics, breaker, logger } = deps;
  const bot = new GuardedBot(deps, 'first');
  await bot.followGuard();
  let changing = Promise.resolve();
  shutdown.add(async () => {
    guard.onChange(() => undefined);
    breaker.stop();
    await changing;
    await bot.stop(shutdown.msUntil(SHUTDOWN.answersMs));
  });
  metrics.watchBot(bot);
  guard.onChange(() => {
    changing = changing
      .then(() => bot.followGuard())
      .catch((error: unknown) => {
        logger.error({ err: error }, 'the bot of the installation could not be followed');
      });
  });
  if (guard.problem === null) logger.info('talking to people');
}
