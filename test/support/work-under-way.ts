import type { TestDatabase } from './database.js';
import { waitFor } from './wait.js';

/** How many chunks workers have claimed. */
export async function runningChunks(database: TestDatabase): Promise<number> {
  return (await database.query("SELECT FROM campaign_chunk WHERE state = 'RUNNING'")).length;
}

/** Until each request that has left for Telegram is answered, and its result written. */
export async function nothingInFlight(database: TestDatabase): Promise<void> {
  await waitFor('what was in flight', async () => {
    const sending = await database.query("SELECT FROM delivery WHERE status = 'SENDING'");
    return sending.length === 0;
  });
}
