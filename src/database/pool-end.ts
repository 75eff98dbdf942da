import type { Pool, PoolClient } from 'pg';

/**
 * How to end a pool: resolves when none of its connections is left. `pool.end()` alone never resolves where somebody has lost
 * a connection without giving it back, as Agenda does whose LISTEN fails while the server goes down.
 */
export function poolEnd(pool: Pool): () => Promise<void> {
  const open = new Set<PoolClient>();
  let onEmpty: (() => void) | undefined;
  pool.on('connect', (client) => {
    open.add(client);
    client.once('end', () => {
      open.delete(client);
      if (open.size === 0) onEmpty?.();
    });
  });
  return async () => {
    const empty = new Promise<void>((resolve) => {
      onEmpty = resolve;
      if (open.size === 0) resolve();
    });
    await Promise.race([pool.end(), empty]);
  };
}
