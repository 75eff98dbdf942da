import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useLive } from '../api.js';
import { useConnection } from '../connection.js';
import { CHANGES, type CampaignRow } from './queries.js';

interface LiveRow {
  version: number;
  row: CampaignRow | null;
}

/** What lists are filtered and ordered by, and what needs attention, as far as it changes. */
function describePlace({ status, standstill, failure, name, scheduledFor }: CampaignRow): string {
  return JSON.stringify([status, standstill?.code, failure?.code, name, scheduledFor]);
}

/**
 * Campaigns as the last events say they are.
 * @param shown the campaigns as they were read
 * @param onOther called when what was read may be another page by now
 */
export function useLiveRows(
  shown: readonly CampaignRow[],
  onOther: () => void,
): (read: readonly CampaignRow[]) => CampaignRow[] {
  const [rows, setRows] = useState<ReadonlyMap<string, LiveRow>>(new Map());
  const latest = useRef(rows);
  const { generation } = useConnection();
  const readLater = useEffectEvent(onOther);
  // What was read before the list was followed may have changed since.
  useEffect(() => {
    readLater();
  }, [generation]);
  useLive(
    CHANGES,
    {},
    {
      onLoss: onOther,
      onEvent: ({ campaignsChanged: { version, campaign, deletedId } }) => {
        const id = campaign?.id ?? deletedId ?? '';
        const before = latest.current.get(id);
        if (before && before.version >= version) return;
        const known = before?.row ?? shown.find((row) => row.id === id);
        if (!known || !campaign || describePlace(known) !== describePlace(campaign)) onOther();
        latest.current = new Map(latest.current).set(id, { version, row: campaign });
        setRows(latest.current);
      },
    },
  );
  return (read) =>
    read.flatMap((row) => {
      const live = rows.get(row.id);
      if (live === undefined) return [row];
      if (live.row === null) return [];
      // What was read after a lost connection is newer than the last event before.
      return [row.updatedAt > live.row.updatedAt ? row : live.row];
    });
}
