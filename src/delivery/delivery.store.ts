import type { StopCode } from '../campaigns/ending.js';
import type { DeliveryReason } from './reasons.js';
import type { DeliveryStatus } from './delivery.entity.js';
import type { CampaignStatus } from '../campaigns/lifecycle.js';
import type { Reachability } from '../people/telegram-user.entity.js';
import { oneRow, rows, type SqlExecutor } from '../database/rows.js';
import type { CampaignContent, LeasedChunk } from './chunk.store.js';
import { AWAIT_CLAIMS, CLAIM_FOR_TRIAL, CLAIM_RECIPIENTS, PUT_BACK_UNSENT } from './claim-statements.js';
import type { OwnBot } from './own-bot.js';
import { SETTLE, SETTLE_ORPHANS } from './settle-statements.js';

/** One recipient whose delivery is marked SENDING for us. */
export interface Recipient {
  userId: string;
  chatId: string;
  firstName: string | null;
  /** Identifies this claim of the delivery: its result settles nothing else. */
  fence: number;
  /** Requests for this recipient so far, this one included. */
  attempts: number;
}

export interface Claim {
  /** False when the lease has been lost: stop at once. */
  leased: boolean;
  /** False when the campaign was paused, cancelled or has failed. */
  running: boolean;
  recipients: Recipient[];
  /** What is sent to them, where it is newer than what was known; otherwise null. */
  content: CampaignContent | null;
  skipped: number;
  /** Recipients of the chunk that are still pending; null when somebody was claimed, since it is not counted then. */
  pending: number | null;
  /** Milliseconds until the first pending recipient may be tried again; null when one may be tried now. */
  retryInMs: number | null;
}

/** The result of one claim, to be written to the ledger. */
export interface Settlement {
  campaignId: string;
  userId: string;
  fence: number;
  status: DeliveryStatus.SENT | DeliveryStatus.FAILED | DeliveryStatus.UNCONFIRMED | DeliveryStatus.PENDING;
  reason?: DeliveryReason | StopCode;
  messageId?: string;
  /** For PENDING: milliseconds until the next try. */
  retryInMs?: number;
  /** For PENDING: the request does not count as an attempt. */
  attemptUnspent?: boolean;
  userStatus?: Reachability;
  chatId?: string;
}

/** Like failures at the end of a group of settlements; `broken` when something else came before them. */
export interface Streak {
  reason: string | null;
  count: number;
  broken: boolean;
}

export interface LedgerState {
  status: CampaignStatus;
  pendingUsers: number;
  failureStreak: number;
  failureStreakReason: string | null;
}

/** What one claim asks for. */
export interface ClaimRequest {
  /** Drawn anew for each claim: tells what it has marked, should its answer be lost. */
  claimId: string;
  /** Recipients at the most. */
  wanted: number;
  /** Whoever was kept back or refused before comes last: the claim is for a trial. */
  untriedFirst?: boolean;
  /** Unwanted recipients that the claim may pass over in search of wanted ones. */
  lookAhead: number;
  /** Of the content that is known. */
  contentVersion: number;
  /** Milliseconds from now within which all of them are sent. */
  sendInMs: number;
}

/** The deliveries of all campaigns and the counters that follow from them. */
export class DeliveryStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly ownBot: OwnBot = null,
  ) {}

  claim(chunk: LeasedChunk, request: ClaimRequest): Promise<Claim> {
    const { claimId, wanted, untriedFirst = false, lookAhead, contentVersion, sendInMs } = request;
    const parameters = [
      chunk.campaignId,
      chunk.number,
      chunk.leaseToken,
      wanted,
      lookAhead,
      claimId,
      contentVersion,
      sendInMs,
      this.ownBot,
    ];
    return oneRow<Claim>(this.sql, untriedFirst ? CLAIM_FOR_TRIAL : CLAIM_RECIPIENTS, parameters);
  }

  /** Puts back what a claim marked whose answer was lost, also when the server is still at it. */
  async putBackUnsent(chunk: LeasedChunk, claimId: string): Promise<void> {
    await rows(this.sql, AWAIT_CLAIMS, [chunk.campaignId, chunk.number]);
    await rows(this.sql, PUT_BACK_UNSENT, [chunk.campaignId, chunk.number, claimId]);
  }

  settle(campaignId: string, group: readonly Settlement[], streak: Streak): Promise<LedgerState> {
    return oneRow<LedgerState>(this.sql, SETTLE, [
      campaignId,
      group.map((settlement) => settlement.userId),
      group.map((settlement) => settlement.fence),
      group.map((settlement) => settlement.status),
      group.map((settlement) => settlement.reason ?? null),
      group.map((settlement) => settlement.messageId ?? null),
      group.map((settlement) => settlement.retryInMs ?? null),
      group.map((settlement) => settlement.attemptUnspent ?? false),
      group.map((settlement) => settlement.userStatus ?? null),
      group.map((settlement) => settlement.chatId ?? null),
      streak.reason,
      streak.count,
      streak.broken,
      this.ownBot === null,
    ]);
  }

  /** @returns how many deliveries were given up as UNCONFIRMED */
  async settleOrphans(olderThanMs: number): Promise<number> {
    return (await oneRow<{ count: number }>(this.sql, SETTLE_ORPHANS, [olderThanMs])).count;
  }
}
