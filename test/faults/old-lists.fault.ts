import { expect } from '@jest/globals';
import { FAULT_ANSWERS } from '@pollcast/bot-api-sandbox';
import { deliveriesOf, tally } from '../support/record.js';
import { scenario } from '../support/scene.js';

const GONE = 60;
const GOOD = 10;
const FIRST = 1_000_001;

const KINDS = [
  ['blocked', 'BOT_BLOCKED', 'BLOCKED'],
  ['deactivated', 'USER_DEACTIVATED', 'DEACTIVATED'],
  ['chatNotFound', 'CHAT_NOT_FOUND', 'UNREACHABLE'],
  ['cannotInitiate', 'CONVERSATION_NOT_STARTED', 'UNREACHABLE'],
  ['peerIdInvalid', 'PEER_ID_INVALID', 'UNREACHABLE'],
  ['privacyPremiumRequired', 'PRIVACY_PREMIUM_REQUIRED', 'UNREACHABLE'],
  ['unknownForbidden', 'FORBIDDEN', 'UNREACHABLE'],
] as const;

for (const [name, reason, user] of KINDS) {
  scenario(`60 people whom Telegram calls ${name} keep nobody after them from a reminder`, async (scene) => {
    const app = await scene.prepare();
    await app.startApi('start');
    const chatId = Array.from({ length: GONE }, (_, place) => FIRST + place);
    app.sandbox.faults.add({ chatId, answer: FAULT_ANSWERS[name] });
    // One send at a time: the answers come in the order of the recipients.
    const run = await scene.start(app, { audience: GONE + GOOD, input: { pacing: { sendIntervalMs: 1 } } });
    expect(await run.end()).toMatchObject({ status: 'COMPLETED', sentUsers: GOOD, failedUsers: GONE });
    await run.verify();
    const deliveries = await deliveriesOf(app, run.id);
    expect(tally(deliveries.slice(GONE))).toEqual({ SENT: GOOD });
    const gone = deliveries.slice(0, GONE).map((delivery) => [delivery.reason, delivery.user_status]);
    expect(gone).toEqual(Array(GONE).fill([reason, user]));
  });
}
