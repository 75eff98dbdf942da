import { PollStatus, type Poll } from './poll.entity.js';

type State = Pick<Poll, 'status' | 'closesAt'>;

/** Whether the poll takes answers. */
export function isOpen(poll: State, now: Date): boolean {
  return poll.status === PollStatus.OPEN && !isClosed(poll, now);
}

/** Whether the poll was closed, by hand or by its closing time. A draft is neither open nor closed. */
export function isClosed({ status, closesAt }: State, now: Date): boolean {
  return status === PollStatus.CLOSED || (closesAt !== null && closesAt <= now);
}

/** isOpen as SQL, for statements that read the table `poll` by that name; by the database's clock. */
export const POLL_IS_OPEN = `(
  poll.status = 'OPEN' AND (poll.closes_at IS NULL OR poll.closes_at > clock_timestamp()))`;

/**
 * A count of `anonymous_count` that may be shown: while the poll is open only in steps, so that no difference of two tells what
 * one person chose. Goes with POLL_IS_OPEN.
 */
export const SHOWN_COUNT = `CASE WHEN ${POLL_IS_OPEN} THEN shown ELSE counted END`;
