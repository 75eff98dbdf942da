import { expect, test } from '@jest/globals';
import { FailureLog } from '../../src/engine/failure-log.js';

test('failed deliveries are logged once a second at most, with how many were passed over', () => {
  const lines: object[] = [];
  let now = 5000;
  const log = new FailureLog({ warn: (fields: object) => lines.push(fields) } as never, () => now);
  const failed = { campaignId: '1', userId: '2', reason: 'BOT_BLOCKED' };
  for (now of [5000, 5001, 5999, 6000, 8000]) log.note(failed);
  expect(lines).toEqual([0, 2, 0].map((othersSinceLastLine) => ({ ...failed, othersSinceLastLine })));
});
