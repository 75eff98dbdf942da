import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useRate } from '../campaign-parts/use-rate.js';
import { useWords } from '../i18n.js';
import { Figures } from '../parts/figures.js';
import { Moment } from '../parts/moment.js';
import { Progress } from '../parts/progress.js';
import { StatusMark, WhyHeld } from '../parts/status.js';
import type { CampaignState } from './queries.js';

/** Where the campaign stands. */
export function Head({ campaign, limit }: { campaign: CampaignState; limit: number | undefined }) {
  const { t } = useWords();
  const { id, status, topic, sandbox, createdBy, failure, standstill } = campaign;
  const isHeld = (failure !== null && (status === 'FAILED' || status === 'PAUSED')) || standstill !== null;
  return (
    <section aria-label={t('campaign.state')}>
      <p className="line">
        <span role="status">
          <StatusMark status={status} />
        </span>
        <span>
          {t('campaign.poll')} <Link href={`/polls/${topic.id}`}>{topic.title}</Link>
        </span>
        {sandbox && <span className="mark">{t('campaign.sandbox')}</span>}
        <span className="quiet">{id}</span>
      </p>
      {isHeld && (
        <div className="held" role="status">
          <WhyHeld of={campaign} />
          <span className="quiet" lang="en">
            {(standstill ?? failure)?.message}
          </span>
        </div>
      )}
      <Times campaign={campaign} createdBy={createdBy} />
      <div className="bar">
        <Progress of={campaign} />
      </div>
      <Counts campaign={campaign} limit={limit} />
    </section>
  );
}

function Times({ campaign, createdBy }: { campaign: CampaignState; createdBy: string }) {
  const { t } = useWords();
  const times: [string, string | null][] = [
    [t('campaign.created', { by: createdBy }), campaign.createdAt],
    [t('campaign.scheduled'), campaign.scheduledFor],
    [t('campaign.started'), campaign.startedAt],
    [t('campaign.finished'), campaign.finishedAt],
    [t('campaign.ends'), campaign.estimatedFinishAt],
  ];
  return (
    <p className="line quiet">
      {times.map(
        ([label, at]) =>
          at !== null && (
            <span key={label}>
              {label} <Moment at={at} />
            </span>
          ),
      )}
    </p>
  );
}

function Counts({ campaign, limit }: { campaign: CampaignState; limit: number | undefined }) {
  const { t, number } = useWords();
  function share(count: number, of: number): ReactNode {
    if (of === 0) return number(count);
    const percent = number(count / of, { style: 'percent', maximumFractionDigits: 1 });
    return (
      <>
        {number(count)} <small className="quiet">{percent}</small>
      </>
    );
  }
  const reached = campaign.sentUsers + campaign.unconfirmedUsers;
  return (
    <Figures
      of={[
        { label: t('campaign.total'), value: number(campaign.totalUsers) },
        { label: t('deliveryStatus.SENT'), value: share(campaign.sentUsers, campaign.totalUsers) },
        { label: t('deliveryStatus.PENDING'), value: number(campaign.pendingUsers) },
        { label: t('deliveryStatus.FAILED'), value: number(campaign.failedUsers) },
        { label: t('deliveryStatus.SKIPPED'), value: number(campaign.skippedUsers) },
        { label: t('deliveryStatus.UNCONFIRMED'), value: number(campaign.unconfirmedUsers) },
        { label: t('campaign.opened'), value: share(campaign.openedUsers, reached) },
        { label: t('campaign.completed'), value: share(campaign.convertedUsers, reached) },
        { label: t('campaign.rate'), value: <Rate of={campaign} limit={limit} /> },
      ]}
    />
  );
}

function Rate({ of, limit }: { of: CampaignState; limit: number | undefined }) {
  const { t, number } = useWords();
  const perSecond = useRate(of);
  if (of.status !== 'PROCESSING') return t('app.unknown');
  const rate = number(perSecond, { maximumFractionDigits: 1 });
  return (
    <>
      {t('progress.rate', { rate })}{' '}
      {limit !== undefined && (
        <small className="quiet">{t('campaign.limit', { limit: number(limit) })}</small>
      )}
    </>
  );
}
