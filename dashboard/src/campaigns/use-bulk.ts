import { useRef, useState } from 'react';
import { CombinedError, useClient } from 'urql';
import { useExplain } from '../parts/action.js';
import { changeInBatches, type BulkEvent, type BulkState } from './bulk-run.js';
import type { Target } from './selection.js';

export interface Bulk extends BulkState {
  phase: 'asked' | 'running' | 'ended';
  /** Why it ended early. */
  problem: string | undefined;
}

const ASKED: Bulk = { phase: 'asked', done: 0, refused: [], problem: undefined };

/** The course of a change of many campaigns. */
export function useBulk(event: BulkEvent): {
  bulk: Bulk;
  /** @returns the state at the end */
  run: (batches: Iterable<Target[]> | AsyncIterable<Target[]>) => Promise<Bulk>;
  /** Ends it after the batch that is under way. */
  stop: () => void;
} {
  const explain = useExplain();
  const client = useClient();
  const isStopped = useRef(false);
  const [bulk, setBulk] = useState(ASKED);

  async function run(batches: Iterable<Target[]> | AsyncIterable<Target[]>): Promise<Bulk> {
    let current: Bulk = { ...ASKED, phase: 'running' };
    function become(change: Partial<Bulk>): void {
      current = { ...current, ...change };
      setBulk(current);
    }
    become({});
    try {
      await changeInBatches(client, event, batches, (state) => {
        become(state);
        return !isStopped.current;
      });
    } catch (error) {
      become({ problem: error instanceof CombinedError ? explain(error) : String(error) });
    }
    become({ phase: 'ended' });
    return current;
  }

  return {
    bulk,
    run,
    stop: () => {
      isStopped.current = true;
    },
  };
}
