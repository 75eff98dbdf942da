import { useEffect, useState } from 'react';
import { useConnection } from '../connection.js';

/** Longer than what the API's figure is an average of, by the time that an event may take. */
const QUIET_AFTER_MS = 12_000;

/** @returns messages a second; 0 once nothing has been told of the campaign for so long that nothing was sent */
export function useRate(campaign: { messagesPerSecond: number }): number {
  const { live } = useConnection();
  const [quiet, setQuiet] = useState<typeof campaign>();
  useEffect(() => {
    const timer = setTimeout(() => {
      setQuiet(campaign);
    }, QUIET_AFTER_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [campaign]);
  return live && quiet === campaign ? 0 : campaign.messagesPerSecond;
}
