import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { Link } from 'wouter';
import { useStakes, type Scope, type Stakes } from '../campaign-parts/use-stakes.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useNotify } from '../parts/notices.js';
import { useSay } from '../parts/say.js';
import { BULK, batchesOf, matching, narrow, type BulkEvent, type Filter } from './bulk-run.js';
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
  const [total, setTotal] = useState(0);
  const { isAll, targets, clear } = selection;
  const narrowed = narrow(filter, event);

  function close(): void {
    if (bulk.phase === 'running') {
      stop();
      return;
    }
    if (bulk.phase === 'ended') clear();
    onClose();
  }

  async function begin(count: number): Promise<void> {
    setTotal(count);
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
          of={isAll ? { filter: narrowed } : { ids: targets.map(({ id }) => id), from: BULK[event].from }}
          isAll={isAll}
          onConfirm={begin}
          onClose={close}
        />
      ) : (
        <Course event={event} bulk={bulk} total={total} onClose={close} />
      )}
    </Dialog>
  );
}

function Question({
  event,
  of,
  isAll,
  onConfirm,
  onClose,
}: {
  event: BulkEvent;
  of: Scope;
  isAll: boolean;
  onConfirm: (count: number) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useWords();
  const stakes = useStakes(of);
  const count = stakes.data?.campaigns ?? 0;
  return (
    <>
      <Answer of={stakes}>
        {(read) => (
          <>
            <p>
              <b>{t(isAll ? `bulk.${event}.matching` : `bulk.${event}.chosen`, { count })}</b>{' '}
              {t(`bulk.${event}.means`)}
            </p>
            {count > 0 && <AtStake event={event} of={read} />}
          </>
        )}
      </Answer>
      {!isAll && <p className="quiet">{t('bulk.refusedAreNamed')}</p>}
      <div className="actions">
        <Button
          className={event === 'cancel' ? 'danger' : 'primary'}
          isOff={count === 0}
          onClick={() => void onConfirm(count)}
        >
          {t(`bulk.${event}`)}
        </Button>
        <button type="button" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </>
  );
}

/** What the change means for people. */
function AtStake({ event, of: { pending, unstarted, isPartial } }: { event: BulkEvent; of: Stakes }) {
  const { t } = useWords();
  return (
    <>
      <p>
        <b>{t(isPartial ? `bulk.${event}.pendingAtLeast` : `bulk.${event}.pending`, { count: pending })}</b>
      </p>
      {unstarted > 0 && <p>{t('bulk.unstarted', { count: unstarted })}</p>}
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
  const say = useSay();
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
            {refused.map(({ target, ...refusal }) => (
              <li key={target.id}>
                <Link href={`/campaigns/${target.id}`}>{target.name}</Link>: {say(refusal)}
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
