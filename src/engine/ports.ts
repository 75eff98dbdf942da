import type { StopCode } from '../campaigns/ending.js';
import type { CampaignStatus } from '../campaigns/lifecycle.js';
import type { CampaignJobs } from '../campaigns/ports.js';
import type { Reminder } from '../campaigns/template.js';
import type { DeliveryReason, PersonReason } from '../delivery/reasons.js';
import type { ChunkRef, DueChunk } from '../delivery/leased-chunk.js';
import type { Reachability } from '../people/telegram-user.entity.js';

export type { ChunkRef, DueChunk, PersonReason, Reminder, StopCode };

/** What became of one request to send a message. */
export type SendOutcome =
  | { kind: 'sent'; messageId: string }
  /** The whole bot has to wait. */
  | { kind: 'throttled'; retryAfterMs: number }
  /**
   * The way to Telegram is at fault, or Telegram itself, not the recipient. `isDelivered` is unknown after a gateway's
   * answer; `retryInMs` is when it is worth another try.
   */
  | { kind: 'outage'; reason: DeliveryReason; isDelivered: 'no' | 'unknown'; retryInMs?: number }
  /** Shutdown came first: the request has not left. */
  | { kind: 'notSent' }
  /** Delivered or not, nobody knows. */
  | { kind: 'ambiguous'; reason: DeliveryReason }
  /** A verdict about the person, whom later campaigns leave out until they write to the bot. */
  | { kind: 'recipientGone'; reason: PersonReason; userStatus: Reachability }
  /** Refused for a reason that is not known: enough alike in a row are not the recipients' fault. */
  | { kind: 'recipientFailed'; reason: DeliveryReason }
  /** The chat has another id now. */
  | { kind: 'moved'; chatId: string }
  /** Nothing can be sent by this bot until an operator puts it right. */
  | { kind: 'botUnusable'; reason: StopCode }
  /** `textOnly`: with other personal data the text might have passed. */
  | { kind: 'templateUnusable'; reason: StopCode; textOnly: boolean };

/** Sends reminders. */
export interface MessageSender {
  /**
   * Finds out what every message needs. To be called before anybody's turn to send is taken: it may take as long as an
   * answer of Telegram, while `send` asks for nothing but the message itself. Never throws for anything that Telegram or
   * the network does.
   * @param signal aborted when it must not be waited for any longer
   * @returns why nothing can be sent now, or undefined when messages can
   */
  prepare(signal?: AbortSignal): Promise<SendOutcome | undefined>;
  /** @returns whether Telegram itself answers: also to messages, though none is sent. Never throws. */
  probe(signal: AbortSignal): Promise<boolean>;
  /**
   * Never throws for anything that Telegram or the network does.
   * @param abandon aborted when the answer must not be waited for any longer: the outcome is ambiguous then
   */
  send(message: Reminder, abandon?: AbortSignal): Promise<SendOutcome>;
}

/** Messages of no campaign: before all campaign messages, and within the limits. */
export interface DirectMessages {
  /**
   * @param request sends the message; called when its turn has come, and only then
   * @param signal aborted when nothing may be sent any more
   * @returns undefined when nothing was sent: the turn has not come in time, or the signal was aborted before
   */
  send(
    chatId: string,
    request: () => Promise<SendOutcome>,
    signal?: AbortSignal,
  ): Promise<SendOutcome | undefined>;
}

/** The alarm clock, also for chunks. */
export interface JobQueue extends CampaignJobs {
  enqueueChunks(chunks: readonly DueChunk[]): Promise<void>;
}

/** A running job, as far as its handler has to know it. */
export interface JobHandle {
  /** Tells the queue that the job is alive. */
  touch(): Promise<void>;
}

/** What a worker does when a job fires. */
export interface JobHandlers {
  /** Takes a campaign a step further, such as planning it once it runs. */
  drive(campaignId: string, job: JobHandle): Promise<void>;
  sendChunk(chunk: ChunkRef, job: JobHandle): Promise<void>;
  reconcile(): Promise<void>;
}

/** What can have been left undone. */
export const REPAIR_KINDS = [
  'releasedChunks',
  'setAsideChunks',
  'unconfirmedDeliveries',
  'orphanedDeliveries',
  'reopenedChunks',
  'skippedDeliveries',
  'completedCampaigns',
  'startedCampaigns',
  'plannedCampaigns',
  'recreatedJobs',
] as const;
export type RepairKind = (typeof REPAIR_KINDS)[number];

/** How often each kind of repair was needed; every one is logged, too. */
export type RepairCounts = Record<RepairKind, number>;

/** What the engine tells about its own work, to whoever counts it. Times are in milliseconds. */
export interface EngineMeter {
  /** Telegram, or the network, has answered a message. */
  answered(outcome: SendOutcome['kind'], ms: number): void;
  /** The whole bot has to be silent for so much longer than was known before. */
  throttled(ms: number): void;
  /** A sender was given a slot of the rate limit that is so far from when it asked. */
  waitedForSlot(ms: number): void;
  /** A lease of a chunk has ended, however it did. */
  heldChunk(ms: number): void;
  lostLease(): void;
  repaired(counts: Partial<RepairCounts>): void;
}

/** The state of the whole installation's work; the age of what waits for a job is 0 where nothing does. */
export interface Workload {
  duePlans: number;
  dueChunks: number;
  oldestPlanMs: number;
  oldestChunkMs: number;
  runningChunks: number;
  /** Processes that work jobs. */
  workers: number;
  /** For how long campaigns have waited for Telegram to answer again; 0 while it does. */
  outageMs: number;
  /** Of all campaigns, so that it only grows. */
  sentMessages: number;
  campaigns: Record<CampaignStatus, number>;
  /** Campaigns that the system has paused or failed, by the code of the failure. */
  stopped: Record<string, number>;
  stuckCampaigns: number;
}
