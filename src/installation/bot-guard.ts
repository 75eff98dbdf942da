import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import type { OwnBot } from '../delivery/own-bot.js';
import type { InstallationStore, RecordedBot } from './installation.store.js';

const LOOK_INTERVAL_MS = 1000;
/** How often to ask Telegram about a bot that it has not confirmed. */
const ASK_INTERVAL_MS = 5000;

/** Telegram's answer about the token. */
export type Identification = { username: string } | 'rejected' | 'unanswered';

export interface BotGuardOptions {
  store: InstallationStore;
  ownBot: OwnBot;
  identify: () => Promise<Identification>;
  logger: Logger;
}

/**
 * Describes why a process with this bot must not work the jobs of the installation.
 * @param ownBot null for the sandbox
 */
export function describeProblem(ownBot: OwnBot, recorded: RecordedBot | undefined): string | null {
  if (!recorded || recorded.botId === ownBot) return null;
  const bot = `the bot of this installation is ${recorded.username ? `@${recorded.username}` : recorded.botId}`;
  if (ownBot === null) {
    return `The sandbox takes the messages of this process, but ${bot}: set BOT_TOKEN to its token.`;
  }
  return (
    `BOT_TOKEN belongs to bot ${ownBot}, but ${bot}: set BOT_TOKEN to its token, ` +
    'or make the other one the bot by "npm run bot -- adopt".'
  );
}

/**
 * Records the first bot of an installation, and keeps processes with another one, or with the sandbox, from its jobs. The
 * sandbox is never recorded. Claims check the bot themselves; this covers everything else, and reports the problem.
 */
export class BotGuard {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private askedAt = -Infinity;
  private isRejected = false;
  private listener: () => void = () => undefined;
  private found: string | null = null;

  constructor(private readonly options: BotGuardOptions) {}

  /** Why this process does no work; null while it may. */
  get problem(): string | null {
    return this.found;
  }

  /** @param listener called when the problem has changed */
  onChange(listener: () => void): void {
    this.listener = listener;
  }

  /** Resolves after the first check. */
  async start(): Promise<void> {
    await this.tryLook();
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await pause(LOOK_INTERVAL_MS, signal);
      if (signal.aborted) return;
      await this.tryLook();
    }
  }

  private async tryLook(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.options.logger.warn({ err: error }, 'the bot of the installation could not be looked up');
    }
  }

  private async look(): Promise<void> {
    const { store, ownBot } = this.options;
    let recorded = await store.findBot();
    if (ownBot !== null && !recorded?.username) {
      if (!recorded && !this.isRejected) await store.record(ownBot);
      await this.confirm(ownBot);
      recorded = await store.findBot();
    }
    this.settle(describeProblem(ownBot, recorded));
  }

  private async confirm(ownBot: string): Promise<void> {
    if (performance.now() - this.askedAt < ASK_INTERVAL_MS) return;
    this.askedAt = performance.now();
    const { store, identify } = this.options;
    const answer = await identify();
    if (answer === 'unanswered') return;
    this.isRejected = answer === 'rejected';
    if (answer === 'rejected') await store.withdraw(ownBot);
    else await store.confirm(ownBot, answer.username);
  }

  private settle(problem: string | null): void {
    if (problem === this.found) return;
    this.found = problem;
    const { logger } = this.options;
    if (problem === null) logger.info('this process has the bot of the installation, and works again');
    else logger.error({ code: 'WRONG_BOT' }, `this process does no work: ${problem}`);
    this.listener();
  }
}
