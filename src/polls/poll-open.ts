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

/** An answer that was under way at the closing time is stored by then. */
const ANSWERS_ARE_FINAL = `(
  poll.status = 'CLOSED' OR coalesce(poll.closes_at <= clock_timestamp() - interval '15 s', false))`;

/**
 * A count of `anonymous_count` that may be shown: while the poll is open in steps of five people, and all of them when it is
 * closed, unless that would add what one person alone chose. Goes with `poll` and its `anonymous_tally`.
 */
export const SHOWN_COUNT = `
  CASE WHEN ${ANSWERS_ARE_FINAL} AND tally.completed - tally.shown_completed <> 1 THEN counted ELSE shown END`;
