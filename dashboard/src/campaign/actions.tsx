import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { START } from '../campaign-parts/queries.js';
import { BesideAnother, useBesideAnother } from '../campaign-parts/run-anyway.js';
import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { useNotify } from '../parts/notices.js';
import { useMay } from '../viewer.js';
import { CANCEL, DELETE, PAUSE, RESUME } from './action-queries.js';
import type { CampaignState } from './queries.js';
import { canBeRetried } from './retry-choice.js';
import { Retry } from './retry.js';
import { StartPreview } from './start-preview.js';
import { TestSend } from './test-send.js';

interface Props {
  campaign: CampaignState;
  /** Whether the status allows it. */
  isOffered: boolean;
  whyNot: string;
  onDone: () => void;
}

const UNSTARTED = ['PENDING', 'SCHEDULED'];
const STOPPED = ['PAUSED', 'FAILED'];

/** What the campaign's status and the user's role allow. */
export function Actions({ campaign, onDone }: Pick<Props, 'campaign' | 'onDone'>) {
  const { t } = useWords();
  const may = useMay();
  const place = useRef<HTMLDivElement>(null);
  const hasActed = useRef(false);
  const { id, status, startedAt } = campaign;
  // The button that was pressed may be gone: the keyboard goes on beside it, not at the top of the page.
  useEffect(() => {
    if (hasActed.current && document.activeElement === document.body)
      place.current?.focus({ preventScroll: true });
    hasActed.current = false;
  }, [status]);
  if (!may('OPERATOR')) return null;
  const isUnstarted = UNSTARTED.includes(status);
  const isStopped = STOPPED.includes(status);
  const canBeCancelled = isUnstarted || isStopped || status === 'PROCESSING';
  const props = {
    campaign,
    whyNot: t('campaign.statusNow', { status: t(`status.${status}`) }),
    onDone: () => {
      hasActed.current = true;
      onDone();
    },
  };
  return (
    <div ref={place} className="actions" role="group" aria-label={t('campaign.actions')} tabIndex={-1}>
      <Start {...props} isOffered={isUnstarted} />
      <Pause {...props} isOffered={status === 'PROCESSING'} />
      <Resume {...props} isOffered={isStopped} />
      {may('ADMIN') && <Retry {...props} isOffered={canBeRetried(campaign)} />}
      {(isUnstarted || isStopped) && (
        <Link className="button" href={`/campaigns/${id}/edit`}>
          {t('campaign.edit')}
        </Link>
      )}
      <TestSend id={id} />
      {may('ADMIN') && <Cancel {...props} isOffered={canBeCancelled} />}
      {may('ADMIN') && <Delete {...props} isOffered={startedAt === null} />}
    </div>
  );
}

/** @returns what notes that something was done, and passes on what the API answered */
function useNote(onDone: () => void): <Done>(done: Done | undefined, text: string) => Done | undefined {
  const notify = useNotify();
  return (done, text) => {
    if (done === undefined) return undefined;
    notify(text);
    onDone();
    return done;
  };
}

function Start({ campaign: { id }, onDone, ...offer }: Props) {
  const { t } = useWords();
  const note = useNote(onDone);
  const start = useAction(START);
  const beside = useBesideAnother(start);
  return (
    <ConfirmButton
      {...offer}
      label={t('campaign.start')}
      title={t('campaign.startTitle')}
      action={beside.action}
      run={async () =>
        note(await start.run({ id, besideAnother: beside.besideAnother }), t('campaign.startDone'))
      }
    >
      <StartPreview id={id} />
      <BesideAnother of={beside} />
    </ConfirmButton>
  );
}

function Pause({ campaign: { id, pendingUsers }, onDone, ...offer }: Props) {
  const { t } = useWords();
  const note = useNote(onDone);
  const pause = useAction(PAUSE);
  return (
    <ConfirmButton
      {...offer}
      label={t('campaign.pause')}
      title={t('campaign.pauseTitle')}
      action={pause}
      run={async () => note(await pause.run({ id }), t('campaign.pauseDone'))}
    >
      <p>{t('campaign.pauseMeans', { count: pendingUsers })}</p>
    </ConfirmButton>
  );
}

function Resume({ campaign: { id, pendingUsers, startedAt }, onDone, ...offer }: Props) {
  const { t } = useWords();
  const note = useNote(onDone);
  const resume = useAction(RESUME);
  const beside = useBesideAnother(resume);
  return (
    <ConfirmButton
      {...offer}
      label={t('campaign.resume')}
      title={t('campaign.resumeTitle')}
      action={beside.action}
      run={async () =>
        note(await resume.run({ id, besideAnother: beside.besideAnother }), t('campaign.resumeDone'))
      }
    >
      {startedAt === null ? (
        <StartPreview id={id} />
      ) : (
        <p>{t('campaign.resumeMeans', { count: pendingUsers })}</p>
      )}
      <BesideAnother of={beside} />
    </ConfirmButton>
  );
}

function Cancel({ campaign: { id, pendingUsers, startedAt }, onDone, ...offer }: Props) {
  const { t } = useWords();
  const note = useNote(onDone);
  const cancel = useAction(CANCEL);
  return (
    <ConfirmButton
      {...offer}
      danger
      label={t('campaign.cancel')}
      title={t('campaign.cancelTitle')}
      action={cancel}
      run={async () => note(await cancel.run({ id }), t('campaign.cancelDone'))}
    >
      <p>
        {startedAt === null
          ? t('campaign.cancelUnstarted')
          : t('campaign.cancelMeans', { count: pendingUsers })}
      </p>
    </ConfirmButton>
  );
}

function Delete({ campaign: { id }, onDone, ...offer }: Props) {
  const { t } = useWords();
  const [, go] = useLocation();
  const note = useNote(onDone);
  const remove = useAction(DELETE);
  return (
    <ConfirmButton
      {...offer}
      danger
      label={t('campaign.delete')}
      title={t('campaign.deleteTitle')}
      action={remove}
      run={async () => {
        const done = note(await remove.run({ id }), t('campaign.deleteDone'));
        if (done) go('/');
        return done;
      }}
    >
      <p>{t('campaign.deleteMeans')}</p>
    </ConfirmButton>
  );
}
