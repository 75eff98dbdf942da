import type { Logger } from 'pino';
import { pause } from '../kernel/pause.js';
import { DeliveryStatus } from '../delivery/delivery.entity.js';
import { FailureLog } from './failure-log.js';
import type { LedgerState, Settlement, Streak } from '../delivery/settlement.store.js';

/** Answers are durable within 100 ms: a group closes after half of that, and the rest is for the database. */
const GROUP_WINDOW_MS = 50;
const GROUP_SIZE = 200;
const RETRY_DELAY_MS = 250;

/** Reasons of outages, which say nothing about the campaign. */
const OUTAGE_REASONS = new Set<string | undefined>(['ANSWER_LOST', 'ANSWER_TIMEOUT', 'TELEGRAM_UNAVAILABLE']);

export interface SettlementStore {
  settle(campaignId: string, group: readonly Settlement[], streak: Streak): Promise<LedgerState>;
}

interface Entry {
  settlement: Settlement;
  done: () => void;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity violation): a retry would fail as well. */
function isRefusal(error: unknown): boolean {
  return /^2[23]/.test(String((error as { code?: unknown }).code));
}

/**
 * Finds the failures with one reason at the end of a group; any other result before them breaks the older streak. Verdicts about
 * users are ignored, since many in a row are normal on an old list.
 */
export function findStreak(group: readonly Settlement[]): Streak {
  const streak: Streak = { reason: null, count: 0, broken: false };
  for (const { status, reason, userStatus } of group) {
    if (status === DeliveryStatus.PENDING || userStatus !== undefined || OUTAGE_REASONS.has(reason)) continue;
    const failure = status === DeliveryStatus.SENT ? null : (reason ?? status);
    if (failure === null || (streak.count > 0 && failure !== streak.reason)) {
      streak.broken = true;
      streak.count = 0;
    }
    streak.reason = failure;
    if (failure !== null) streak.count += 1;
  }
  return streak;
}

/**
 * Group commit for the ledger: results of all chunks of this process are collected briefly, and written with one statement per
 * campaign. No result is dropped: while the database is away, its group is retried.
 */
export class SettlementWriter {
  /** Queues by campaign. An existing queue is being written until it is empty. */
  private readonly queues = new Map<string, Entry[]>();

  private readonly failures: FailureLog;

  constructor(
    private readonly store: SettlementStore,
    private readonly onWritten: (campaignId: string, state: LedgerState) => Promise<void>,
    private readonly logger: Logger,
  ) {
    this.failures = new FailureLog(logger);
  }

  /** Resolves when the result is durable. */
  add(settlement: Settlement): Promise<void> {
    if (settlement.status === DeliveryStatus.FAILED) this.failures.note(settlement);
    return new Promise((done) => {
      const { campaignId } = settlement;
      const entry = { settlement, done };
      const queue = this.queues.get(campaignId);
      if (queue) queue.push(entry);
      else {
        const started = [entry];
        this.queues.set(campaignId, started);
        void this.writeUntilEmpty(campaignId, started);
      }
    });
  }

  private async writeUntilEmpty(campaignId: string, queue: Entry[]): Promise<void> {
    while (queue.length > 0) {
      if (queue.length < GROUP_SIZE) await pause(GROUP_WINDOW_MS);
      const group = queue.splice(0, GROUP_SIZE);
      await this.write(campaignId, group);
      for (const entry of group) entry.done();
    }
    this.queues.delete(campaignId);
  }

  private async write(campaignId: string, group: Entry[]): Promise<void> {
    const settlements = group.map((entry) => entry.settlement);
    for (;;) {
      try {
        const state = await this.store.settle(campaignId, settlements, findStreak(settlements));
        await this.onWritten(campaignId, state);
        return;
      } catch (error) {
        this.logger.warn(
          { err: error, campaignId, results: group.length },
          'results could not be written yet',
        );
        if (isRefusal(error)) {
          await this.writeApart(campaignId, group);
          return;
        }
        await pause(RETRY_DELAY_MS);
      }
    }
  }

  /** Writes results one by one, so that one the database refuses does not block the others. */
  private async writeApart(campaignId: string, group: Entry[]): Promise<void> {
    const [only, ...others] = group;
    if (only && others.length === 0) {
      const { userId, fencingToken, status } = only.settlement;
      this.logger.error(
        { campaignId, userId, status },
        'a result cannot be written: the delivery is UNCONFIRMED',
      );
      if (status === DeliveryStatus.UNCONFIRMED) return;
      only.settlement = {
        campaignId,
        userId,
        fencingToken,
        status: DeliveryStatus.UNCONFIRMED,
        reason: 'RESULT_UNWRITABLE',
      };
    }
    const parts = others.length === 0 ? [group] : group.map((entry) => [entry]);
    for (const part of parts) await this.write(campaignId, part);
  }
}
