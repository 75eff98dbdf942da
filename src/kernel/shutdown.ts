/**
 * How the time is spent in which a process has to end, in milliseconds: one budget, since each part of it waits beside or
 * after the others.
 */
export const SHUTDOWN = {
  /** The process ends by then, whatever hangs. */
  totalMs: 10_000,
  /** How long jobs and chunks are waited for, from the beginning. */
  workMs: 7500,
  /** How long answers of Telegram are waited for, from the beginning; later ones are UNCONFIRMED. */
  answersMs: 6000,
  /** How long requests in flight are waited for. */
  requestsMs: 4000,
  /** How long the job storage may take for a restart of the queue, to take jobs back, and to let go of its connection: each. */
  jobStorageMs: 1000,
} as const;
