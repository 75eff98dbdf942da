import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useFresh } from '../api.js';
import { useStakes } from '../campaign-parts/use-stakes.js';
import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { DownloadButton } from '../parts/download.js';
import { useNotify } from '../parts/notices.js';
import { useMay } from '../viewer.js';
import { CLOSE_POLL, DELETE_POLL, OPEN_POLL } from './mutations.js';
import { POLL_STAKES, type PollHead, type PollStakes } from './queries.js';

/** What an action means for this poll, as it is when somebody asks. */
function Means({ id, children }: { id: string; children: (stakes: PollStakes) => ReactNode }) {
  const answer = useFresh(POLL_STAKES, { id });
  return <Answer of={answer}>{({ poll }) => poll && children(poll)}</Answer>;
}

const UNFINISHED = ['PROCESSING', 'PAUSED', 'FAILED'] as const;

/** How many reminders will not be sent once the poll is closed. */
function Skipped({ id }: { id: string }) {
  const { t } = useWords();
  const stakes = useStakes({ filter: { topicId: id, status: [...UNFINISHED] } });
  return (
    <li>
      <Answer of={stakes}>
        {({ pending, isPartial }) =>
          t(isPartial ? 'bulk.cancel.pendingAtLeast' : 'bulk.cancel.pending', { count: pending })
        }
      </Answer>
    </li>
  );
}

interface ActionProps {
  poll: PollHead;
  /** Whether the status allows it. */
  isOffered: boolean;
  onChange: () => void;
}

function Open({ poll: { id, status }, isOffered, onChange }: ActionProps) {
  const { t } = useWords();
  const notify = useNotify();
  const action = useAction(OPEN_POLL);
  return (
    <ConfirmButton
      isOffered={isOffered}
      label={t(status === 'DRAFT' ? 'polls.open' : 'polls.reopen')}
      primary={status === 'DRAFT'}
      action={action}
      run={async () => {
        const done = await action.run({ id });
        if (!done) return undefined;
        notify(t('polls.opened'));
        onChange();
        return done;
      }}
    >
      <Means id={id}>
        {({ participantCount }) => <p>{t('polls.openMeans', { count: participantCount })}</p>}
      </Means>
      {status === 'DRAFT' && <p>{t('polls.openFixes')}</p>}
    </ConfirmButton>
  );
}

function Close({ poll: { id }, isOffered, onChange }: ActionProps) {
  const { t } = useWords();
  const notify = useNotify();
  const action = useAction(CLOSE_POLL);
  return (
    <ConfirmButton
      isOffered={isOffered}
      label={t('polls.close')}
      action={action}
      run={async () => {
        const done = await action.run({ id });
        if (!done) return undefined;
        notify(t('polls.closed'));
        onChange();
        return done;
      }}
    >
      <Means id={id}>
        {({ participantCount, completedCount, scheduled }) => (
          <ul>
            <li>{t('polls.closeMissing', { count: Math.max(0, participantCount - completedCount) })}</li>
            <Skipped id={id} />
            {scheduled.totalCount > 0 && (
              <li>{t('polls.closeScheduled', { count: scheduled.totalCount })}</li>
            )}
          </ul>
        )}
      </Means>
    </ConfirmButton>
  );
}

function Delete({ poll: { id, title }, isOffered }: Omit<ActionProps, 'onChange'>) {
  const { t } = useWords();
  const notify = useNotify();
  const [, navigate] = useLocation();
  const action = useAction(DELETE_POLL);
  return (
    <ConfirmButton
      isOffered={isOffered}
      label={t('polls.delete')}
      title={t('polls.deleteTitle', { title })}
      danger
      action={action}
      run={async () => {
        const done = await action.run({ id });
        if (!done) return undefined;
        notify(t('polls.deleted', { title }));
        navigate('/polls');
        return done;
      }}
    >
      <Means id={id}>
        {({ completedCount, startedCount, campaigns }) => (
          <p>
            {t('polls.deleteAnswers', { count: completedCount + startedCount })}{' '}
            {t('polls.deleteCampaigns', { count: campaigns.totalCount })} {t('polls.deleteForGood')}
          </p>
        )}
      </Means>
    </ConfirmButton>
  );
}

/** What may be done to a poll: by its state, and by the role of who looks at it. */
export function PollActions({ poll, onChange }: Omit<ActionProps, 'isOffered'>) {
  const { t } = useWords();
  const mayChange = useMay()('ADMIN');
  return (
    <div className="actions poll-actions">
      {mayChange && (
        <>
          <Open poll={poll} isOffered={poll.status !== 'OPEN'} onChange={onChange} />
          <Close poll={poll} isOffered={poll.status === 'OPEN'} onChange={onChange} />
          <Link href={`/polls/${poll.id}/edit`} className="button">
            {t('polls.edit')}
          </Link>
        </>
      )}
      {poll.status !== 'DRAFT' && (
        <DownloadButton kind="answers" id={poll.id} label={t('polls.exportAnswers')} />
      )}
      {mayChange && <Delete poll={poll} isOffered={poll.status !== 'OPEN'} />}
    </div>
  );
}
