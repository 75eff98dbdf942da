import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { anyOf, pageVariables, useAddress } from '../parts/address.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { Moment } from '../parts/moment.js';
import { Table } from '../parts/table.js';
import { Toggles } from '../parts/toggles.js';
import { useCalmReread } from '../parts/calm-reread.js';
import { CHUNKS, type CampaignState, type Chunk } from './queries.js';

const STATES = ['RUNNING', 'WAITING', 'QUARANTINED', 'DONE'] as const;
const FIELDS = { state: anyOf(STATES) };
const PAGE_LENGTH = 25;

/** The chunks of a campaign: who works each, and why the others wait. */
export function Chunks({ campaign }: { campaign: CampaignState }) {
  const { t } = useWords();
  const place = useAddress(FIELDS);
  const { state } = place.address;
  const answer = useFresh(CHUNKS, {
    id: campaign.id,
    state: state.length === 0 ? null : state,
    ...pageVariables(place.cursors, PAGE_LENGTH),
  });
  useCalmReread(answer, campaign.updatedAt);
  return (
    <>
      <search className="filters">
        <Toggles
          label={t('campaign.chunkState')}
          values={STATES}
          words={(one) => t(`chunkState.${one}`)}
          chosen={state}
          onChange={(next) => {
            place.change({ state: next });
          }}
        />
      </search>
      <ListAnswer of={answer} place={place}>
        {({ campaign: read }) =>
          read && (
            <>
              <h2>
                {t('campaign.chunks')}{' '}
                <small>{t('campaign.chunkCount', { count: read.chunks.totalCount })}</small>
              </h2>
              <ListPage
                of={read.chunks}
                place={place}
                empty={
                  <p className="empty">
                    {t(state.length === 0 ? 'campaign.noChunks' : 'campaign.noMatchingChunks')}
                  </p>
                }
              >
                {(nodes) => <ChunkTable chunks={nodes} campaign={campaign} />}
              </ListPage>
            </>
          )
        }
      </ListAnswer>
    </>
  );
}

function ChunkTable({ chunks, campaign }: { chunks: readonly Chunk[]; campaign: CampaignState }) {
  const { t, number } = useWords();
  return (
    <Table
      label={t('campaign.chunks')}
      rows={chunks}
      keyOf={(chunk) => String(chunk.number)}
      columns={[
        { label: t('campaign.chunk'), cell: (chunk) => t('campaign.chunkNumber', { number: chunk.number }) },
        {
          label: t('campaign.chunkState'),
          cell: ({ state }) => <span className={`status ${state}`}>{t(`chunkState.${state}`)}</span>,
        },
        {
          label: t('deliveryStatus.PENDING'),
          kind: 'number',
          cell: ({ pendingUsers }) => number(pendingUsers),
        },
        {
          label: t('campaign.what'),
          kind: 'wide',
          cell: (chunk) => <Explanation of={chunk} campaign={campaign} />,
        },
        { label: t('campaign.attempts'), kind: 'number', cell: ({ attempts }) => number(attempts) },
      ]}
    />
  );
}

/** Who works the chunk, or what it waits for. */
function Explanation({ of, campaign }: { of: Chunk; campaign: CampaignState }) {
  const { t } = useWords();
  switch (of.state) {
    case 'RUNNING':
      return (
        <>
          {of.worker ?? t('campaign.unknownWorker')}{' '}
          <span className="quiet">
            {t('campaign.leaseUntil')} <Moment at={of.leaseExpiresAt} />
          </span>
        </>
      );
    case 'QUARANTINED':
      return t('campaign.quarantined', { count: of.attempts });
    case 'WAITING':
      return <Waiting dueAt={of.dueAt} campaign={campaign} />;
    case 'DONE':
      return t('app.unknown');
  }
}

function Waiting({ dueAt, campaign }: { dueAt: string | null; campaign: CampaignState }) {
  const { t } = useWords();
  if (campaign.status !== 'PROCESSING')
    return t('campaign.waitsForCampaign', { status: t(`status.${campaign.status}`) });
  if (campaign.standstill !== null) return t(`standstill.${campaign.standstill.code}`);
  if (dueAt === null || Date.parse(dueAt) <= Date.now()) return t('campaign.waitsForWorker');
  return (
    <>
      {t('campaign.waitsUntil')} <Moment at={dueAt} />
    </>
  );
}
