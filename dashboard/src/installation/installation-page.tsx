import { useFresh } from '../api.js';
import type { ResultOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Figures } from '../parts/figures.js';
import { Moment } from '../parts/moment.js';
import { Page } from '../parts/page.js';
import { Table, type Column } from '../parts/table.js';
import { useEveryWhileSeen } from '../parts/use-every.js';
import { useMay } from '../viewer.js';
import { InstallationNav } from './installation-nav.js';
import { INSTALLATION } from './queries.js';

/** As often as workers give a sign of life. */
const REREAD_EVERY_MS = 10_000;

type Installation = ResultOf<typeof INSTALLATION>['installation'];
type Worker = Installation['workers'][number];

function Standstill({ of }: { of: Installation['standstill'] }) {
  const { t } = useWords();
  if (of === null) return <p>{t('installation.sends')}</p>;
  return (
    <p role="alert" className="warnings">
      {t(`standstill.${of.code}`)} {of.until !== null && <Moment at={of.until} />}
    </p>
  );
}

function Limits({ of: { bot, sandbox, messagesPerSecond, defaultPacing, version } }: { of: Installation }) {
  const { t, number } = useWords();
  const seconds = (ms: number) => t('installation.seconds', { seconds: number(ms / 1000) });
  return (
    <Figures
      of={[
        {
          label: t('installation.bot'),
          value: sandbox ? t('installation.sandbox') : bot ? `@${bot.username}` : t('installation.noBot'),
        },
        { label: t('installation.limit'), value: t('progress.rate', { rate: number(messagesPerSecond) }) },
        { label: t('installation.chunkSize'), value: number(defaultPacing.chunkSize) },
        { label: t('installation.chunkInterval'), value: seconds(defaultPacing.chunkIntervalMs) },
        { label: t('installation.sendInterval'), value: seconds(defaultPacing.sendIntervalMs) },
        { label: t('installation.version'), value: version },
      ]}
    />
  );
}

function Workers({ of: workers }: { of: readonly Worker[] }) {
  const { t, number } = useWords();
  const columns: Column<Worker>[] = [
    { label: t('installation.process'), cell: ({ name }) => name },
    {
      label: t('installation.does'),
      cell: ({ problem, runningChunks }) =>
        problem === null ? (
          t('installation.chunks', { count: runningChunks, shown: number(runningChunks) })
        ) : (
          <span className="why">{problem}</span>
        ),
    },
    { label: t('installation.seenAt'), cell: ({ seenAt }) => <Moment at={seenAt} /> },
  ];
  return (
    <section>
      <h2>{t('installation.workers')}</h2>
      {workers.length === 0 ? (
        <p className="empty">{t('standstill.NO_WORKER')}</p>
      ) : (
        <Table
          label={t('installation.workers')}
          columns={columns}
          rows={workers}
          keyOf={({ name }) => name}
        />
      )}
    </section>
  );
}

/** The bot, the limits and the processes that send. */
export function InstallationPage() {
  const { t } = useWords();
  const may = useMay();
  const shown = useFresh(INSTALLATION, {});
  useEveryWhileSeen(REREAD_EVERY_MS, shown.refetch);
  return (
    <Page title={t('installation.title')}>
      <InstallationNav />
      <Answer of={shown}>
        {({ installation }) => (
          <>
            <Standstill of={installation.standstill} />
            <Limits of={installation} />
            <Workers of={installation.workers} />
          </>
        )}
      </Answer>
      {may('ADMIN') && (
        <p>
          <a href="/jobs/">{t('installation.jobs')}</a>{' '}
          <span className="quiet">{t('installation.jobsHint')}</span>
        </p>
      )}
    </Page>
  );
}
