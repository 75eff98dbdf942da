import { Link } from 'wouter';
import { useWords } from '../i18n.js';
import { Moment } from '../parts/moment.js';
import { Table } from '../parts/table.js';
import { personName } from '../parts/person-name.js';
import type { Delivery } from './queries.js';

export function DeliveryTable({ rows, seesPeople }: { rows: readonly Delivery[]; seesPeople: boolean }) {
  const { t } = useWords();
  return (
    <Table
      label={t('campaign.deliveries')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        {
          label: t('campaign.person'),
          cell: ({ user }) => (seesPeople ? <Person of={user} /> : t('campaign.hiddenPerson')),
        },
        {
          label: t('campaign.outcome'),
          cell: ({ status }) => <span className={`status ${status}`}>{t(`deliveryStatus.${status}`)}</span>,
        },
        { label: t('campaign.reason'), kind: 'wide', cell: (row) => <Reason of={row} /> },
        {
          label: t('campaign.since'),
          cell: ({ sentAt, updatedAt }) => <Moment at={sentAt ?? updatedAt} />,
        },
        { label: t('campaign.opened'), cell: ({ openedAt }) => <Moment at={openedAt} /> },
        { label: t('campaign.completed'), cell: ({ convertedAt }) => <Moment at={convertedAt} /> },
      ]}
    />
  );
}

function Person({ of }: { of: Delivery['user'] }) {
  const { id, telegramId, username } = of;
  return (
    <>
      <Link href={`/people/${id}`}>
        <b>{personName(of)}</b>
      </Link>
      <div className="quiet">{username === null ? telegramId : `@${username} · ${telegramId}`}</div>
    </>
  );
}

function Reason({ of: { status, reason, detail, attempts } }: { of: Delivery }) {
  const { t } = useWords();
  const isPast = status === 'SENT' || status === 'PENDING' || status === 'SENDING';
  const tries = attempts > 1 ? t('campaign.tries', { count: attempts }) : null;
  const notes = [detail, tries].filter((note) => note !== null);
  return (
    <>
      {reason !== null && !isPast ? t(`reason.${reason}`) : notes.length === 0 && t('app.unknown')}
      {notes.length > 0 && <div className="quiet">{notes.join(' · ')}</div>}
    </>
  );
}
