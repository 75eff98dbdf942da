import { Counter, Histogram, type Registry } from 'prom-client';
import { REPAIR_KINDS, type EngineMeter, type RepairCounts, type SendOutcome } from '../engine/ports.js';

/** Label of each outcome. */
const OUTCOMES: Readonly<Record<SendOutcome['kind'], string>> = {
  sent: 'sent',
  throttled: 'throttled',
  outage: 'outage',
  notSent: 'not_sent',
  ambiguous: 'unconfirmed',
  recipientGone: 'recipient_gone',
  recipientFailed: 'recipient_failed',
  moved: 'moved',
  botUnusable: 'bot_unusable',
  templateUnusable: 'template_unusable',
};

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Counts the work of this process's engine. Every series that an alert reads exists from the start, as 0. */
export class EngineMetrics implements EngineMeter {
  private readonly messages: Counter<'outcome'>;
  private readonly sendLatency: Histogram;
  private readonly throttledSeconds: Counter;
  private readonly limiterWait: Histogram;
  private readonly chunkDuration: Histogram;
  private readonly leaseLosses: Counter;
  private readonly repairs: Counter<'kind'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.messages = new Counter({
      name: 'pollcast_messages_total',
      help: 'Requests to send a reminder or a test message, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.sendLatency = new Histogram({
      name: 'pollcast_send_duration_seconds',
      help: 'Time from a request to send a message to its response.',
      buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20],
      registers,
    });
    this.throttledSeconds = new Counter({
      name: 'pollcast_throttled_seconds_total',
      help: 'Seconds of silence that Telegram asked the bot for (429); the same silence counts once for all processes.',
      registers,
    });
    this.limiterWait = new Histogram({
      name: 'pollcast_limiter_wait_seconds',
      help: 'Time from asking for a slot of the shared rate limit to that slot.',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.chunkDuration = new Histogram({
      name: 'pollcast_chunk_duration_seconds',
      help: 'Time for which a chunk was held under one lease.',
      buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
      registers,
    });
    this.leaseLosses = new Counter({
      name: 'pollcast_lease_losses_total',
      help: 'Leases of chunks that this process lost before it had finished.',
      registers,
    });
    this.repairs = new Counter({
      name: 'pollcast_repairs_total',
      help: 'Repairs of what dead processes left undone, by kind.',
      labelNames: ['kind'],
      registers,
    });
    for (const outcome of Object.values(OUTCOMES)) this.messages.inc({ outcome }, 0);
    for (const kind of REPAIR_KINDS) this.repairs.inc({ kind: snakeCase(kind) }, 0);
  }

  answered(outcome: SendOutcome['kind'], ms: number): void {
    this.messages.inc({ outcome: OUTCOMES[outcome] });
    this.sendLatency.observe(ms / 1000);
  }

  throttled(ms: number): void {
    this.throttledSeconds.inc(ms / 1000);
  }

  waitedForSlot(ms: number): void {
    this.limiterWait.observe(ms / 1000);
  }

  heldChunk(ms: number): void {
    this.chunkDuration.observe(ms / 1000);
  }

  lostLease(): void {
    this.leaseLosses.inc();
  }

  repaired(counts: Partial<RepairCounts>): void {
    for (const kind of REPAIR_KINDS) this.repairs.inc({ kind: snakeCase(kind) }, counts[kind] ?? 0);
  }
}
