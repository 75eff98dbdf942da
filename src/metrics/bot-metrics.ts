import { Counter, type Registry } from 'prom-client';
import type { BotMeter } from '../telegram/ports.js';

/** Counts what happens in chats with the bot. */
export class BotMetrics implements BotMeter {
  private readonly refusedReferences: Counter;

  constructor(registry: Registry) {
    this.refusedReferences = new Counter({
      name: 'pollcast_bot_refused_references_total',
      help: 'Presses and deep links with a reference that is forged, foreign, or of another person.',
      registers: [registry],
    });
  }

  refusedReference(): void {
    this.refusedReferences.inc();
  }
}
