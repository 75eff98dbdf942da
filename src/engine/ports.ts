import type { StopCode } from '../campaigns/ending.js';
import type { CampaignStatus } from '../campaigns/lifecycle.js';
import type { CampaignJobs, Reminder } from '../campaigns/ports.js';
import type { DeliveryReason, PersonReason } from '../delivery/reasons.js';
import type { ChunkRef, DueChunk } from '../delivery/leased-chunk.js';
import type { Reachability } from '../people/telegram-user.entity.js';

export type { ChunkRef, DueChunk, PersonReason, Reminder, StopCode };

/** Outcome of one request to send a message. */
export type SendOutcome = Outcome & {
  /** What was answered, without secrets, for people. */
  detail?: string;
};

type Outcome =
  | { kind: 'sent'; messageId: string }
  /** The whole bot must wait. */
  | { kind: 'throttled'; retryAfterMs: number }
  /**
   * The connection or Telegram itself failed, not the recipient. `isDelivered` is unknown after a gateway's answer;
   * `retryInMs` is when to try again.
   */
  | { kind: 'outage'; reason: DeliveryReason; isDelivered: 'no' | 'unknown'; retryInMs?: number }
  /** Shutdown, or the loss of the lease, prevented the request. */
  | { kind: 'notSent' }
  /** The message may or may not have been delivered. */
  | { kind: 'ambiguous'; reason: DeliveryReason }
  /** A verdict about the user, whom later campaigns leave out until the user writes to the bot. */
  | { kind: 'recipientGone'; reason: PersonReason; userStatus: Reachability }
  /** Refused for an unknown reason. Many in a row with the same reason are not the recipients' fault. */
  | { kind: 'recipientFailed'; reason: DeliveryReason }
  /** The chat has a new id. */
  | { kind: 'moved'; chatId: string }
  /** This bot cannot send until an operator corrects the cause. */
  | { kind: 'botUnusable'; reason: StopCode }
  /** `textOnly`: with another name the text might have been accepted. */
  | { kind: 'templateUnusable'; reason: StopCode; textOnly: boolean };

/** Sends reminders. */
export interface MessageSender {
  /**
   * Loads what every message needs. Call it before a turn to send is taken: it may take as long as an answer of Telegram, while
   * `send` requests only the message itself. Never throws because of Telegram or the network.
   * @param signal aborted when it must no longer be awaited
   * @param showsTimes whether messages have `<tg-time>`, which not every server knows
   * @returns why nothing can be sent now, or undefined
   */
  prepare(signal?: AbortSignal, showsTimes?: boolean): Promise<SendOutcome | undefined>;
  /** @returns whether Telegram itself answers, also to sendMessage, without sending anything. Never throws. */
  probe(signal: AbortSignal): Promise<boolean>;
  /**
   * Never throws because of Telegram or the network.
   * @param abandon aborted when the answer must no longer be awaited; then the outcome is ambiguous
   * @param mayLeave asked right before the request is written; false makes the outcome `notSent`
   */
  send(message: Reminder, abandon?: AbortSignal, mayLeave?: () => boolean): Promise<SendOutcome>;
}

export interface DirectOptions {
  /** Aborted when nothing may be sent any longer. */
  signal?: AbortSignal;
  /** How long to wait for the turn. */
  patienceMs?: number;
  /** Messages that may be ahead of the one a second that a chat gets: short bursts pass. */
  burst?: number;
}

/** Sends messages outside of campaigns: before all campaign messages, and within the limits. */
export interface DirectMessages {
  /**
   * @param request sends the message; called when its turn has come
   * @returns undefined if nothing was sent: the turn did not come in time, or the signal was aborted
   */
  send(
    chatId: string,
    request: () => Promise<SendOutcome>,
    options?: DirectOptions,
  ): Promise<SendOutcome | undefined>;
}

/** A reminder that was sent. */
export interface SentReminder {
  userId: string;
  chatId: string;
  messageId: string;
  pollId: string;
  campaignId: string | null;
  languageCode: string | null;
}

/** Changes reminders that were sent. Never throws because of Telegram or the network. */
export interface ReminderEditor {
  /** Replaces the buttons by one that says that the poll is completed. */
  markCompleted(reminder: SentReminder): Promise<SendOutcome>;
}

/** The job queue, also for chunks. */
export interface JobQueue extends CampaignJobs {
  enqueueChunks(chunks: readonly DueChunk[]): Promise<void>;
}

/** A running job, for its handler. */
export interface JobHandle {
  /** Extends the lock of the job. */
  touch(): Promise<void>;
}

/** Handlers of a worker's jobs. */
export interface JobHandlers {
  /** Takes a campaign a step further, such as planning it once it runs. */
  drive(campaignId: string, job: JobHandle): Promise<void>;
  sendChunk(chunk: ChunkRef, job: JobHandle): Promise<void>;
  reconcile(): Promise<void>;
}

/** Kinds of repairs. */
export const REPAIR_KINDS = [
  'releasedChunks',
  'quarantinedChunks',
  'unconfirmedDeliveries',
  'orphanedDeliveries',
  'reopenedChunks',
  'skippedDeliveries',
  'completedCampaigns',
  'startedCampaigns',
  'plannedCampaigns',
  'recreatedJobs',
  'recountedPolls',
] as const;
export type RepairKind = (typeof REPAIR_KINDS)[number];

/** Number of repairs by kind. */
export type RepairCounts = Record<RepairKind, number>;

/** The engine's measurements. Times are in milliseconds. */
export interface EngineMeter {
  /** A message has an outcome. */
  answered(outcome: SendOutcome['kind'], ms: number): void;
  /** The whole bot must be silent for so much longer than before. */
  throttled(ms: number): void;
  /** A sender got a slot of the rate limit after so much time. */
  waitedForSlot(ms: number): void;
  /** A chunk's lease has ended in any way. */
  heldChunk(ms: number): void;
  lostLease(): void;
  repaired(counts: Partial<RepairCounts>): void;
}

/** The work of the whole installation; the age of waiting work is 0 if there is none. */
export interface Workload {
  duePlans: number;
  dueChunks: number;
  oldestPlanMs: number;
  oldestChunkMs: number;
  runningChunks: number;
  /** Processes that work jobs. */
  workers: number;
  /** How long campaigns have waited for Telegram to answer again, or 0. */
  outageMs: number;
  /** Over all campaigns, so that it only grows. */
  sentMessages: number;
  campaigns: Record<CampaignStatus, number>;
  /** Campaigns that the system paused or failed, by failure code. */
  stopped: Record<string, number>;
  stuckCampaigns: number;
}
