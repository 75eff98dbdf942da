import { useWords } from '../i18n.js';
import { Moment } from '../parts/moment.js';
import { Progress } from '../parts/progress.js';
import { StatusMark, WhyHeld } from '../parts/status.js';
import type { CampaignRow } from './queries.js';

function Row({ of }: { of: CampaignRow }) {
  const { t, number } = useWords();
  const rate = number(of.messagesPerSecond, { maximumFractionDigits: 1 });
  return (
    <tr>
      <td>
        <b>{of.name ?? of.topic.title}</b>
        <div className="quiet">{of.name === null ? of.id : `${of.topic.title} · ${of.id}`}</div>
      </td>
      <td>
        <StatusMark status={of.status} />
        <WhyHeld of={of} />
      </td>
      <td className="wide" data-label={t('list.progress')}>
        <Progress of={of} />
      </td>
      <td className="number" data-label={t('list.rate')}>
        {of.status === 'PROCESSING' ? t('progress.rate', { rate }) : t('app.unknown')}
      </td>
      <td data-label={t('list.eta')}>
        <Moment at={of.estimatedFinishAt} />
      </td>
      <td data-label={t('list.created')}>
        <Moment at={of.createdAt} />
      </td>
    </tr>
  );
}

export function CampaignTable({ rows, label }: { rows: readonly CampaignRow[]; label: string }) {
  const { t } = useWords();
  return (
    <table className="stacked" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t('list.campaign')}</th>
          <th scope="col">{t('list.status')}</th>
          <th scope="col">{t('list.progress')}</th>
          <th scope="col" className="number">
            {t('list.rate')}
          </th>
          <th scope="col">{t('list.eta')}</th>
          <th scope="col">{t('list.created')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} of={row} />
        ))}
      </tbody>
    </table>
  );
}
