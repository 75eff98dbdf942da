import type { SqlExecutor } from '../database/rows.js';
import { loadSigningKey } from '../questionnaire/signing-key.store.js';
import { WebhookDoor, webhookSecret } from '../telegram/webhook-door.js';
import type { ConnectedTelegram } from './telegram.js';

/** A door that lets Telegram alone through, by the same secret in all processes of the installation. */
export async function createDoor(
  sql: SqlExecutor,
  { botId }: Pick<ConnectedTelegram, 'botId'>,
): Promise<WebhookDoor> {
  return new WebhookDoor(webhookSecret(await loadSigningKey(sql), botId));
}
