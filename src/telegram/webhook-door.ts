import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BotUpdate } from './bot-update.js';

/** What became of a delivery: taken, to be delivered again, or no update at all. */
export type Receipt = 'taken' | 'later' | 'unreadable';

interface Receiver {
  receive(update: BotUpdate): Promise<boolean>;
}

/** The same for all processes of an installation, which share its key. */
export function webhookSecret(signingKey: Buffer, botId: string): string {
  return createHmac('sha256', signingKey).update(`webhook of bot ${botId}`).digest('base64url');
}

/** Where Telegram's deliveries come in. It is shut while this process has no bot to handle them. */
export class WebhookDoor {
  private receiver: Receiver | undefined;

  constructor(readonly secret: string) {}

  open(receiver: Receiver): void {
    this.receiver = receiver;
  }

  shut(): void {
    this.receiver = undefined;
  }

  isSecret(given: unknown): boolean {
    const [one, other] = [Buffer.from(typeof given === 'string' ? given : ''), Buffer.from(this.secret)];
    return one.length === other.length && timingSafeEqual(one, other);
  }

  async receive(body: unknown): Promise<Receipt> {
    if (!isUpdate(body)) return 'unreadable';
    return (await this.receiver?.receive(body)) ? 'taken' : 'later';
  }
}

function isUpdate(body: unknown): body is BotUpdate {
  return (
    typeof body === 'object' && body !== null && 'update_id' in body && Number.isSafeInteger(body.update_id)
  );
}
