import { useState } from 'react';
import { Link } from 'wouter';
import { useFresh, useLive } from '../api.js';
import { useCalmReread } from '../parts/calm-reread.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Figures } from '../parts/figures.js';
import { Moment } from '../parts/moment.js';
import { Page } from '../parts/page.js';
import { Subnav } from '../parts/subnav.js';
import { useMay } from '../viewer.js';
import { PollActions } from './actions.js';
import { PollCampaigns } from './campaigns.js';
import { Completions } from './completions.js';
import { Participants } from './participants.js';
import { PollStatus } from './poll-status.js';
import { AUDIENCE, POLL, POLL_CHANGES, type PollHead } from './queries.js';
import { Results } from './results.js';
import { percentage } from './share.js';

function Head({ poll, changes }: { poll: PollHead; changes: string }) {
  const { t, number } = useWords();
  const { participantCount, completedCount } = poll;
  const read = useFresh(AUDIENCE, { id: poll.id });
  useCalmReread(read, `${changes} ${poll.status} ${completedCount} ${participantCount}`);
  const audience = read.data?.poll?.audienceSize;
  const rate = percentage(completedCount, participantCount) / 100;
  return (
    <>
      <p className="poll-line">
        <PollStatus of={poll.status} />
        <span>{t('polls.for', { groups: poll.groups.join(', ') || t('polls.everybody') })}</span>
        {poll.anonymous && <span>{t('polls.anonymous')}</span>}
        <span>
          {poll.closesAt === null ? (
            t('polls.neverCloses')
          ) : (
            <>
              {t('polls.closes')} <Moment at={poll.closesAt} />
            </>
          )}
        </span>
        <span className="quiet">{poll.id}</span>
      </p>
      {poll.description !== null && <p className="description">{poll.description}</p>}
      <Figures
        of={[
          { label: t('polls.participants'), value: number(participantCount) },
          { label: t('polls.completed'), value: number(completedCount) },
          { label: t('polls.rate'), value: number(rate, { style: 'percent', maximumFractionDigits: 1 }) },
          { label: t('polls.started'), value: number(poll.startedCount) },
          {
            label: t('polls.reachable'),
            value: audience === undefined ? t('app.unknown') : number(audience),
          },
        ]}
      />
    </>
  );
}

function Tab({ poll, tab, reread }: { poll: PollHead; tab: string | undefined; reread: () => void }) {
  switch (tab) {
    case 'people':
      return <Participants poll={poll} onChange={reread} />;
    case 'campaigns':
      return <PollCampaigns id={poll.id} />;
    default:
      return (
        <>
          <Results poll={poll} />
          <Completions poll={poll} />
        </>
      );
  }
}

/** A poll with what has become of it; a tab at each address. */
export function PollPage({ id, tab }: { id: string; tab: string | undefined }) {
  const { t } = useWords();
  const may = useMay();
  const read = useFresh(POLL, { id });
  const [changes, setChanges] = useState(0);
  function count(): void {
    setChanges((before) => before + 1);
  }
  // Reminders are what moves a poll: each change of a campaign may have brought answers.
  useLive(POLL_CHANGES, { topicId: id }, { onEvent: count, onLoss: count });
  useCalmReread(read, String(changes));
  const poll = read.data?.poll;
  return (
    <Page
      title={poll?.title ?? t('polls.poll')}
      beside={
        poll?.status === 'OPEN' &&
        may('OPERATOR') && (
          <Link href={`/campaigns/new?topic=${id}`} className="button primary">
            {t('polls.remindAll')}
          </Link>
        )
      }
    >
      <Answer of={read}>
        {({ poll: found }) =>
          found === null ? (
            <p className="empty">{t('app.notFound')}</p>
          ) : (
            <>
              <Head poll={found} changes={String(changes)} />
              <PollActions poll={found} onChange={read.refetch} />
              <Subnav
                label={found.title}
                links={[
                  { href: `/polls/${id}`, label: t('polls.results') },
                  { href: `/polls/${id}/people`, label: t('polls.missing') },
                  { href: `/polls/${id}/campaigns`, label: t('app.campaigns') },
                ]}
              />
              <Tab poll={found} tab={tab} reread={read.refetch} />
            </>
          )
        }
      </Answer>
    </Page>
  );
}
