import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';

const IDLE_MS = 1000;
const RETRY_MS = 5000;

export interface BackgroundWork {
  /** For the log. */
  name: string;
  /** @returns whether there was something to do, so that another round follows at once */
  round: (stop: AbortSignal) => Promise<boolean>;
}

/** Does work beside the chunks, round by round, while this process may work. */
export class BackgroundRounds {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly works: readonly BackgroundWork[],
    private readonly mayWork: () => boolean,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = Promise.all(this.works.map((work) => this.run(work)));
  }

  stop(): void {
    this.stopping.abort();
  }

  async ended(): Promise<void> {
    await this.running;
  }

  private async run({ name, round }: BackgroundWork): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const wasBusy = this.mayWork() && (await round(signal));
        if (!wasBusy) await pause(IDLE_MS, signal);
      } catch (error) {
        this.logger.warn({ err: error }, `${name} failed; another try follows`);
        await pause(RETRY_MS, signal);
      }
    }
  }
}
