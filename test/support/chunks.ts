import type { TestDatabase } from './database.js';

/** How many chunks workers have claimed. */
export async function runningChunks(database: TestDatabase): Promise<number> {
  return (await database.query("SELECT FROM campaign_chunk WHERE state = 'RUNNING'")).length;
}
