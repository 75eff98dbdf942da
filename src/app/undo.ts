import type { Logger } from 'pino';

type Step = () => Promise<void> | void;

/** How what has been started is undone, step by step in reverse order: at the end, and when a later start fails. */
export class Undo {
  private readonly steps: Step[] = [];

  constructor(private readonly logger: Logger) {}

  add(step: Step): void {
    this.steps.push(step);
  }

  /** A step that fails does not keep the others from being taken. */
  async run(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      try {
        await step();
      } catch (error) {
        this.logger.error({ err: error }, 'a part of the process did not end in order');
      }
    }
  }
}
