import { PollStatus, type Poll } from './poll.entity.js';

type State = Pick<Poll, 'status' | 'closesAt'>;

/** Whether it takes answers. */
export function isOpen(poll: State, now: Date): boolean {
  return poll.status === PollStatus.OPEN && !isClosed(poll, now);
}

/** Whether it takes no answers any more: by hand, or by its closing time. A draft need be neither open nor closed. */
export function isClosed({ status, closesAt }: State, now: Date): boolean {
  return status === PollStatus.CLOSED || (closesAt !== null && closesAt <= now);
}

/** The same as isOpen for statements that read the table poll under that name, by the database's clock. */
export const POLL_IS_OPEN = `(
  poll.status = 'OPEN' AND (poll.closes_at IS NULL OR poll.closes_at > clock_timestamp()))`;
