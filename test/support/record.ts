import { expect } from '@jest/globals';
import type { TestApp } from './app.js';

export interface DeliveryRow {
  user_id: string;
  /** Where it is sent to. */
  chat_id: string;
  status: string;
  reason: string | null;
  attempts: number;
  message_id: string | null;
  chunk_number: number;
  user_status: string;
  /** Seconds until it may be tried again. */
  waits_s: number;
}

const DELIVERIES = `
  SELECT user_id, coalesce(person.chat_id, person.id) AS chat_id, delivery.status, reason, attempts, message_id,
    chunk_number, person.status AS user_status,
    coalesce(extract(epoch FROM not_before - clock_timestamp()), 0)::float8 AS waits_s
  FROM delivery JOIN telegram_user person ON person.id = user_id
  WHERE campaign_id = $1 ORDER BY user_id
`;

export function deliveriesOf(app: TestApp, campaignId: string): Promise<DeliveryRow[]> {
  return app.database.query<DeliveryRow>(DELIVERIES, [campaignId]);
}

/** How many deliveries there are of each status. */
export function tally(deliveries: readonly DeliveryRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of deliveries) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Chats that got more than one message. */
export function doubled(app: TestApp): number[] {
  const seen = new Set<number>();
  return app.sandbox.messages.map(({ chatId }) => chatId).filter((chat) => seen.size === seen.add(chat).size);
}

/**
 * Holds the ledger against what was accepted: nobody got two messages, every accepted message belongs to a delivery
 * that is SENT or UNCONFIRMED, every SENT one has its message, and nothing is open.
 * @param others chats that the bot has written to for another reason
 */
export async function expectLedgerMatches(
  app: TestApp,
  campaignId: string,
  others: readonly number[] = [],
): Promise<void> {
  expect(doubled(app)).toEqual([]);
  const deliveries = await deliveriesOf(app, campaignId);
  const open = deliveries.filter(({ status }) => status === 'PENDING' || status === 'SENDING');
  expect(open).toEqual([]);
  const messageIds = new Map(
    app.sandbox.messages.map((message) => [String(message.chatId), message.messageId]),
  );
  const sentWithout = deliveries.filter(
    ({ status, chat_id, message_id }) =>
      status === 'SENT' && String(messageIds.get(chat_id)) !== String(message_id),
  );
  expect(sentWithout).toEqual([]);
  const accountedFor = new Set(others.map(String));
  for (const { status, chat_id } of deliveries) {
    if (status === 'SENT' || status === 'UNCONFIRMED') accountedFor.add(chat_id);
  }
  expect([...messageIds.keys()].filter((chat) => !accountedFor.has(chat))).toEqual([]);
}
