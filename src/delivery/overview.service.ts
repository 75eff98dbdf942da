import { readPage, type Connection, type KeysetOrder, type PageArguments } from '../kernel/pages.js';
import type { ChunkState } from './chunk.entity.js';
import type { ChunkView } from './chunk.types.js';
import type { OverviewStore } from './overview.store.js';

function byNumber(campaignId: string): KeysetOrder<ChunkView> {
  return {
    name: `chunks ${campaignId}`,
    columns: [{ path: 'chunk.number', sqlType: 'integer' }],
    keyOf: ({ number }) => [String(number)],
    descending: false,
  };
}

/** Lists the chunks of a campaign. */
export class OverviewService {
  constructor(private readonly overviews: OverviewStore) {}

  chunks(
    campaignId: string,
    states: readonly ChunkState[] | null | undefined,
    page: PageArguments,
  ): Promise<Connection<ChunkView>> {
    const wanted = states ?? null;
    return readPage(
      page,
      byNumber(campaignId),
      (window) => this.overviews.chunks(campaignId, wanted, window),
      () => this.overviews.countChunks(campaignId, wanted),
    );
  }
}
