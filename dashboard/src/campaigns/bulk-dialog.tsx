import { useEffect } from 'react';
import { useClient } from 'urql';
import { Link } from 'wouter';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Dialog } from '../parts/dialog.js';
import { useNotify } from '../parts/notices.js';
import { batchesOf, matching, narrow, type BulkEvent, type Filter } from './bulk-run.js';
import { MATCHING } from './queries.js';
import type { CampaignSelection } from './selection.js';
import { useBulk, type Bulk } from './use-bulk.js';

interface Props {
  event: BulkEvent;
  selection: CampaignSelection;
  filter: Filter;
  onClose: () => void;
}

/** Changes what is selected, after it was confirmed; says how far it is, and what was refused. */
export function BulkDialog({ event, selection, filter, onClose }: Props) {
  const { t } = useWords();
  const notify = useNotify();
  const client = useClient();
  const { bulk, run, stop } = useBulk(event);
  const { isAll, targets, clear } = selection;
  const narrowed = narrow(filter, event);
  const counted = useFresh(MATCHING, { filter: narrowed }, { pause: !isAll || bulk.phase !== 'asked' });
  const total = isAll ? counted.data?.campaigns.totalCount : targets.length;

  function close(): void {
    if (bulk.phase === 'running') {
      stop();
      return;
    }
    if (bulk.phase === 'ended') clear();
    onClose();
  }

  async function begin(): Promise<void> {
    const ended = await run(isAll ? matching(client, narrowed) : batchesOf(targets));
    if (ended.refused.length > 0 || ended.problem !== undefined) return;
    notify(t(`bulk.${event}.done`, { count: ended.done }));
    clear();
    onClose();
  }

  return (
    <Dialog title={t(`bulk.${event}.title`)} onClose={close}>
      {bulk.phase === 'asked' ? (
        <Question
          event={event}
          total={total}
          of={isAll ? counted : undefined}
          onConfirm={begin}
          onClose={close}
        />
      ) : (
        <Course event={event} bulk={bulk} total={total ?? bulk.done} onClose={close} />
      )}
    </Dialog>
  );
}

function Question({
  event,
  total,
  of,
  onConfirm,
  onClose,
}: {
  event: BulkEvent;
  total: number | undefined;
  /** What counts those that match. */
  of: Parameters<typeof Answer>[0]['of'] | undefined;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useWords();
  return (
    <>
      {total === undefined && of ? (
        <Answer of={of}>{() => null}</Answer>
      ) : (
        <p>
          <b>{t(of ? `bulk.${event}.matching` : `bulk.${event}.chosen`, { count: total ?? 0 })}</b>{' '}
          {t(`bulk.${event}.means`)}
        </p>
      )}
      {!of && <p className="quiet">{t('bulk.refusedAreNamed')}</p>}
      <div className="actions">
        <button
          type="button"
          className={event === 'cancel' ? 'danger' : 'primary'}
          disabled={total === undefined || total === 0}
          onClick={() => void onConfirm()}
        >
          {t(`bulk.${event}`)}
        </button>
        <button type="button" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </>
  );
}

function Course({
  event,
  bulk: { phase, done, refused, problem },
  total,
  onClose,
}: {
  event: BulkEvent;
  bulk: Bulk;
  total: number;
  onClose: () => void;
}) {
  const { t, number } = useWords();
  const isRunning = phase === 'running';
  // Closing the tab meanwhile asks first.
  useEffect(() => {
    if (!isRunning) return;
    function ask(event: BeforeUnloadEvent): void {
      event.preventDefault();
    }
    addEventListener('beforeunload', ask);
    return () => {
      removeEventListener('beforeunload', ask);
    };
  }, [isRunning]);
  return (
    <>
      <progress aria-label={t('bulk.progress')} value={done} max={Math.max(1, total, done)} />
      <p role="status">
        {isRunning
          ? t('bulk.course', { done: number(done), total: number(Math.max(total, done)) })
          : t(`bulk.${event}.done`, { count: done - refused.length })}
      </p>
      {problem !== undefined && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      {refused.length > 0 && (
        <>
          <h3>{t('bulk.refused', { count: refused.length })}</h3>
          <ul className="refused" tabIndex={0} aria-label={t('bulk.refused', { count: refused.length })}>
            {refused.map(({ target, message }) => (
              <li key={target.id}>
                <Link href={`/campaigns/${target.id}`}>{target.name}</Link>: {message}
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="actions">
        <button type="button" onClick={onClose}>
          {t(isRunning ? 'bulk.stop' : 'app.close')}
        </button>
      </div>
    </>
  );
}
