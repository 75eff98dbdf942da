import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isClosed, isOpen, POLL_IS_OPEN } from '../../src/polls/poll-open.js';
import { PollStatus } from '../../src/polls/poll.entity.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const { DRAFT, OPEN, CLOSED } = PollStatus;
const [PAST, FUTURE] = [new Date('2020-01-01'), new Date('2199-01-01')];

test.each([
  [DRAFT, null, 'neither'],
  [DRAFT, FUTURE, 'neither'],
  [DRAFT, PAST, 'closed'],
  [OPEN, null, 'open'],
  [OPEN, FUTURE, 'open'],
  [OPEN, PAST, 'closed'],
  [CLOSED, null, 'closed'],
  [CLOSED, FUTURE, 'closed'],
] as const)(
  'a poll that is %s and closes at %p is %s, also for the database',
  async (status, closesAt, state) => {
    const now = new Date();
    expect(isOpen({ status, closesAt }, now)).toBe(state === 'open');
    expect(isClosed({ status, closesAt }, now)).toBe(state === 'closed');
    const rows = await database.query(
      `SELECT ${POLL_IS_OPEN} AS open FROM (SELECT $1 AS status, $2::timestamptz AS closes_at) poll`,
      [status, closesAt],
    );
    expect(rows).toEqual([{ open: state === 'open' }]);
  },
);
