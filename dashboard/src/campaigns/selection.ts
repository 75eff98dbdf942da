import { useState } from 'react';
import type { Selection } from '../parts/table.js';
import type { CampaignRow } from '../campaign-parts/queries.js';

/** A campaign with what it is called. */
export interface Target {
  id: string;
  name: string;
}

export function toTarget({ id, name, topic }: Pick<CampaignRow, 'id' | 'name' | 'topic'>): Target {
  return { id, name: name ?? topic.title };
}

interface Chosen {
  /** Of which filter: with another one nothing is chosen. */
  filter: string;
  isAll: boolean;
  targets: ReadonlyMap<string, Target>;
}

export interface CampaignSelection {
  /** Whether all that match are chosen, shown or not. */
  isAll: boolean;
  targets: readonly Target[];
  chooseShown: () => void;
  chooseAll: () => void;
  clear: () => void;
  rows: Pick<Selection<CampaignRow>, 'isChosen' | 'toggle'>;
}

/** Campaigns that are chosen, over the pages of the list. */
export function useSelection(filter: string, shown: readonly CampaignRow[]): CampaignSelection {
  const nothing: Chosen = { filter, isAll: false, targets: new Map() };
  const [kept, choose] = useState(nothing);
  const chosen = kept.filter === filter ? kept : nothing;
  function chooseRows(rows: readonly CampaignRow[], others: Iterable<[string, Target]> = []): void {
    const targets = new Map([...others, ...rows.map((row): [string, Target] => [row.id, toTarget(row)])]);
    choose({ filter, isAll: false, targets });
  }
  function toggle(row: CampaignRow): void {
    if (chosen.isAll) chooseRows(shown.filter(({ id }) => id !== row.id));
    else if (chosen.targets.has(row.id))
      chooseRows(
        [],
        [...chosen.targets].filter(([id]) => id !== row.id),
      );
    else chooseRows([row], chosen.targets);
  }
  return {
    isAll: chosen.isAll,
    targets: [...chosen.targets.values()],
    chooseShown: () => {
      chooseRows(shown, chosen.targets);
    },
    chooseAll: () => {
      choose({ filter, isAll: true, targets: new Map() });
    },
    clear: () => {
      choose(nothing);
    },
    rows: { isChosen: ({ id }) => chosen.isAll || chosen.targets.has(id), toggle },
  };
}
