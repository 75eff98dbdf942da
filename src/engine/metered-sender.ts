import type { EngineMeter, MessageSender, Reminder, SendOutcome } from './ports.js';

/** Wraps a sender to measure its answers and their time. */
export class MeteredSender implements MessageSender {
  constructor(
    private readonly sender: MessageSender,
    private readonly meter: Pick<EngineMeter, 'answered'>,
  ) {}

  prepare(signal?: AbortSignal, showsTimes?: boolean): Promise<SendOutcome | undefined> {
    return this.sender.prepare(signal, showsTimes);
  }

  probe(signal: AbortSignal): Promise<boolean> {
    return this.sender.probe(signal);
  }

  async send(message: Reminder, abandon?: AbortSignal, mayLeave?: () => boolean): Promise<SendOutcome> {
    const startedAt = performance.now();
    const outcome = await this.sender.send(message, abandon, mayLeave);
    this.meter.answered(outcome.kind, performance.now() - startedAt);
    return outcome;
  }
}
