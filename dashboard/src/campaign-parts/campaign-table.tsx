import { Link } from 'wouter';
import { useWords } from '../i18n.js';
import { Moment } from '../parts/moment.js';
import { Progress } from '../parts/progress.js';
import { StatusMark, WhyHeld } from '../parts/status.js';
import { Table, type Column, type Selection } from '../parts/table.js';
import type { CampaignRow } from './queries.js';
import { useRate } from './use-rate.js';

function Rate({ of }: { of: CampaignRow }) {
  const { t, number } = useWords();
  return t('progress.rate', { rate: number(useRate(of), { maximumFractionDigits: 1 }) });
}

/** Before, nobody knows how many people there will be. */
function hasBegun({ status }: CampaignRow): boolean {
  return status !== 'PENDING' && status !== 'SCHEDULED';
}

function useColumns(): Column<CampaignRow>[] {
  const { t } = useWords();
  return [
    {
      label: t('list.campaign'),
      cell: ({ id, name, topic }) => (
        <>
          <Link href={`/campaigns/${id}`}>
            <b>{name ?? topic.title}</b>
          </Link>
          <div className="quiet">{name === null ? id : `${topic.title} · ${id}`}</div>
        </>
      ),
    },
    {
      label: t('list.status'),
      cell: (row) => (
        <>
          <StatusMark status={row.status} />
          {row.status === 'SCHEDULED' && (
            <div className="quiet">
              <Moment at={row.scheduledFor} />
            </div>
          )}
          <WhyHeld of={row} />
        </>
      ),
    },
    {
      label: t('list.progress'),
      kind: 'wide',
      cell: (row) => (hasBegun(row) ? <Progress of={row} /> : t('app.unknown')),
    },
    {
      label: t('list.rate'),
      kind: 'number',
      cell: (row) => (row.status === 'PROCESSING' ? <Rate of={row} /> : t('app.unknown')),
    },
    { label: t('list.eta'), cell: ({ estimatedFinishAt }) => <Moment at={estimatedFinishAt} /> },
    { label: t('list.created'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
  ];
}

export function CampaignTable({
  rows,
  label,
  selection,
}: {
  rows: readonly CampaignRow[];
  label: string;
  selection?: Selection<CampaignRow>;
}) {
  return (
    <Table label={label} columns={useColumns()} rows={rows} keyOf={({ id }) => id} selection={selection} />
  );
}
