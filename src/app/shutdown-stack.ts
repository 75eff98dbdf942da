import type { Logger } from 'pino';

type Step = () => Promise<void> | void;

/** Shutdown steps of everything that was started. They run in reverse order at the end, or when a later start fails. */
export class ShutdownStack {
  private readonly steps: Step[] = [];
  private startedAt: number | undefined;

  constructor(private readonly logger: Logger) {}

  add(step: Step): void {
    this.steps.push(step);
  }

  /** @returns milliseconds until a part of the budget ends that is counted from the beginning */
  msUntil(endMs: number): number {
    const now = performance.now();
    return Math.max(0, (this.startedAt ?? now) + endMs - now);
  }

  /** Runs all steps, also after one that fails. */
  async run(): Promise<void> {
    this.startedAt ??= performance.now();
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      try {
        await step();
      } catch (error) {
        this.logger.error({ err: error }, 'a shutdown step failed');
      }
    }
  }
}
