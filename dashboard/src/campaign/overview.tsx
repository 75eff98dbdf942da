import { useMemo } from 'react';
import { Link } from 'wouter';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { oneOf, useAddress } from '../parts/address.js';
import { Answer } from '../parts/answer.js';
import { bucketFor, BUCKETS, type Bucket } from '../parts/bucket.js';
import { Chart } from '../parts/chart.js';
import { Table } from '../parts/table.js';
import { useMay } from '../viewer.js';
import { useCalmReread } from '../parts/calm-reread.js';
import { OUTCOMES, TIMELINE, type CampaignState, type Outcome } from './queries.js';
import { ratesOver, type Sample } from './rate.js';
import { Retry } from './retry.js';
import { canBeRetried, isRetryable } from './retry-choice.js';
import { sumUp, type Timeline } from './timeline.js';

interface Props {
  campaign: CampaignState;
  samples: readonly Sample[];
  /** Messages a second that the installation may send. */
  limit: number | undefined;
}

/** What became of the reminders: over time, and why. */
export function Overview(props: Props) {
  const { campaign } = props;
  const { t } = useWords();
  if (campaign.totalUsers === 0)
    return (
      <div className="empty">
        <p>{t(campaign.startedAt === null ? 'campaign.notStarted' : 'campaign.nobody')}</p>
      </div>
    );
  return (
    <>
      <OverTime {...props} />
      <Outcomes campaign={campaign} />
    </>
  );
}

const FIELDS = { bucket: oneOf(['AUTO', ...BUCKETS], 'AUTO') };

function OverTime({ campaign, ...rate }: Props) {
  const { t } = useWords();
  const { address, change } = useAddress(FIELDS);
  const bucket = address.bucket === 'AUTO' ? bucketFor(campaign.startedAt) : address.bucket;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const answer = useFresh(TIMELINE, { id: campaign.id, bucket, timeZone });
  useCalmReread(answer, campaign.updatedAt);
  return (
    <>
      <div className="heading">
        <h2>{t('campaign.overTime')}</h2>
        <label className="beside">
          {t('campaign.bucket')}
          <select
            value={bucket}
            onChange={(event) => {
              change({ bucket: event.target.value as Bucket });
            }}
          >
            {BUCKETS.map((one) => (
              <option key={one} value={one}>
                {t(`campaign.bucket.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Answer of={answer}>
        {({ campaign: read }) => read && <Charts timeline={read} bucket={bucket} {...rate} />}
      </Answer>
    </>
  );
}

const SENDING = ['sent', 'unconfirmed', 'skipped', 'failed'] as const;
const RESPONSES = ['opened', 'completed'] as const;

function Charts({
  timeline,
  bucket,
  ...rate
}: { timeline: Timeline; bucket: Bucket } & Omit<Props, 'campaign'>) {
  const { t } = useWords();
  const sending = useMemo(() => sumUp(timeline, bucket, SENDING), [timeline, bucket]);
  const responses = useMemo(() => sumUp(timeline, bucket, RESPONSES), [timeline, bucket]);
  return (
    <div className="charts">
      <div>
        <h3>{t('campaign.sending')}</h3>
        <Chart
          label={t('campaign.sending')}
          at={sending.at}
          stacked
          series={SENDING.map((kind) => ({
            label: t(`campaign.kind.${kind}`),
            color: kind,
            values: sending.values[kind],
          }))}
        />
      </div>
      <div>
        <h3>{t('campaign.responses')}</h3>
        <Chart
          label={t('campaign.responses')}
          at={responses.at}
          series={RESPONSES.map((kind) => ({
            label: t(`campaign.kind.${kind}`),
            color: kind,
            values: responses.values[kind],
          }))}
        />
      </div>
      <div>
        <h3>{t('campaign.rateOverTime')}</h3>
        <RateChart timeline={timeline} bucket={bucket} {...rate} />
      </div>
    </div>
  );
}

function RateChart({
  timeline,
  bucket,
  samples,
  limit,
}: { timeline: Timeline; bucket: Bucket } & Omit<Props, 'campaign'>) {
  const { t } = useWords();
  const { at, values } = useMemo(() => ratesOver(timeline, bucket, samples), [timeline, bucket, samples]);
  return (
    <Chart
      label={t('campaign.rateOverTime')}
      at={at}
      steps
      series={[
        { label: t('campaign.rate.sent'), color: 'sent', values },
        ...(limit === undefined
          ? []
          : [{ label: t('campaign.rate.limit'), color: 'limit', dashed: true, values: at.map(() => limit) }]),
      ]}
    />
  );
}

function addressOf(id: string, { status, reason }: Outcome): string {
  const search = new URLSearchParams({ status, ...(reason !== null && { reason }) });
  return `/campaigns/${id}/deliveries?${search.toString()}`;
}

function Outcomes({ campaign }: { campaign: CampaignState }) {
  const { t, number } = useWords();
  const may = useMay();
  const answer = useFresh(OUTCOMES, { id: campaign.id });
  useCalmReread(answer, campaign.updatedAt);
  const offersRetry = may('ADMIN') && canBeRetried(campaign);
  return (
    <>
      <h2>{t('campaign.outcomes')}</h2>
      <Answer of={answer}>
        {({ campaign: read }) => (
          <Table
            label={t('campaign.outcomes')}
            keyOf={({ status, reason }) => `${status} ${reason ?? ''}`}
            rows={read?.outcomes ?? []}
            columns={[
              {
                label: t('campaign.outcome'),
                cell: ({ status }) => (
                  <span className={`status ${status}`}>{t(`deliveryStatus.${status}`)}</span>
                ),
              },
              {
                label: t('campaign.reason'),
                kind: 'wide',
                cell: ({ reason }) => (reason === null ? t('app.unknown') : t(`reason.${reason}`)),
              },
              {
                label: t('campaign.people'),
                kind: 'number',
                cell: (row) => <Link href={addressOf(campaign.id, row)}>{number(row.count)}</Link>,
              },
              {
                label: t('campaign.share'),
                kind: 'number',
                cell: ({ count }) =>
                  number(count / Math.max(1, campaign.totalUsers), {
                    style: 'percent',
                    maximumFractionDigits: 1,
                  }),
              },
              ...(offersRetry
                ? [
                    {
                      label: t('campaign.again'),
                      cell: (row: Outcome) =>
                        isRetryable(row.status) && (
                          <Retry campaign={campaign} status={row.status} reason={row.reason} />
                        ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Answer>
    </>
  );
}
