import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CampaignStatus,
  FINAL_STATUSES,
  TRANSITIONS,
  type CampaignEvent,
} from '../../src/campaigns/lifecycle.js';

const events = Object.keys(TRANSITIONS) as CampaignEvent[];
const statuses = Object.values(CampaignStatus);

/** The status that `event` leads to from `status`, or undefined where it is not allowed. */
function nextStatus(status: CampaignStatus, event: CampaignEvent): CampaignStatus | undefined {
  const { from, to } = TRANSITIONS[event];
  return from.includes(status) ? to : undefined;
}

function run(path: readonly CampaignEvent[]): CampaignStatus[] {
  let status = CampaignStatus.PENDING;
  return path.flatMap((event) => {
    const next = nextStatus(status, event);
    if (next === undefined) return [];
    status = next;
    return [status];
  });
}

describe('the lifecycle of a campaign', () => {
  test('a cancelled campaign never does anything again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events)), (path) => {
        const visited = run(path);
        const cancelled = visited.indexOf(CampaignStatus.CANCELLED);
        return cancelled < 0 || cancelled === visited.length - 1;
      }),
    );
  });

  test('a completed campaign goes on only when its deliveries are retried', () => {
    const allowed = events.filter((event) => nextStatus(CampaignStatus.COMPLETED, event) !== undefined);
    expect(allowed).toEqual(['retry']);
  });

  test('whatever happened, a campaign that is not completed can still be cancelled', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events)), (path) => {
        const status = run(path).at(-1) ?? CampaignStatus.PENDING;
        const done = [CampaignStatus.COMPLETED, CampaignStatus.CANCELLED].includes(status);
        return done || nextStatus(status, 'cancel') === CampaignStatus.CANCELLED;
      }),
    );
  });

  test('every status can be reached from PENDING', () => {
    const reached = new Set([CampaignStatus.PENDING]);
    for (let size = 0; size < reached.size;) {
      size = reached.size;
      for (const status of [...reached]) {
        for (const event of events) {
          const next = nextStatus(status, event);
          if (next) reached.add(next);
        }
      }
    }
    expect(statuses.filter((status) => !reached.has(status))).toEqual([]);
  });

  test('nothing leaves a final status by itself', () => {
    const bySystem: CampaignEvent[] = ['holdSchedule', 'fail', 'complete', 'pause'];
    for (const status of FINAL_STATUSES) {
      for (const event of bySystem) expect(nextStatus(status, event)).toBeUndefined();
    }
  });
});
