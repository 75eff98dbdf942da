import { Link } from 'wouter';
import { useFresh } from '../api.js';
import type { ResultOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { pageVariables, useAddress } from '../parts/address.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { Moment } from '../parts/moment.js';
import { Table, type Column } from '../parts/table.js';
import { PARTICIPATIONS, REMINDERS } from './queries.js';

const PAGE_LENGTH = 20;

type Participation = NonNullable<
  ResultOf<typeof PARTICIPATIONS>['telegramUser']
>['participations']['nodes'][number];
type Reminder = NonNullable<ResultOf<typeof REMINDERS>['telegramUser']>['deliveries']['nodes'][number];

function Answers({ of: { answers, participation } }: { of: Participation }) {
  const { t } = useWords();
  if (answers === null)
    return (
      <span className="quiet">{t(participation === 'NOT_STARTED' ? 'app.unknown' : 'person.anonymous')}</span>
    );
  if (answers.length === 0) return <>{t('app.unknown')}</>;
  return (
    <details>
      <summary>{t('person.answers', { count: answers.length })}</summary>
      <ul>
        {answers.map(({ question, option, answeredAt }) => (
          <li key={question.id}>
            {question.text} <b>{option.text}</b> <Moment at={answeredAt} />
          </li>
        ))}
      </ul>
    </details>
  );
}

export function Participations({ id }: { id: string }) {
  const { t } = useWords();
  const place = useAddress({}, 'polls-');
  const list = useFresh(PARTICIPATIONS, { id, ...pageVariables(place.cursors, PAGE_LENGTH) });
  const columns: Column<Participation>[] = [
    { label: t('person.poll'), cell: ({ poll }) => <Link href={`/polls/${poll.id}`}>{poll.title}</Link> },
    { label: t('person.progress'), cell: ({ participation }) => t(`participation.${participation}`) },
    { label: t('person.completedAt'), cell: ({ completedAt }) => <Moment at={completedAt} /> },
    { label: t('person.chose'), cell: (row) => <Answers of={row} /> },
  ];
  return (
    <section>
      <h2>{t('person.polls')}</h2>
      <ListAnswer of={list} place={place}>
        {({ telegramUser }) =>
          telegramUser && (
            <ListPage
              of={telegramUser.participations}
              place={place}
              empty={<p className="quiet">{t('person.noPolls')}</p>}
            >
              {(nodes) => (
                <Table
                  label={t('person.polls')}
                  columns={columns}
                  rows={nodes}
                  keyOf={({ poll }) => poll.id}
                />
              )}
            </ListPage>
          )
        }
      </ListAnswer>
    </section>
  );
}

export function Reminders({ id }: { id: string }) {
  const { t } = useWords();
  const place = useAddress({}, 'reminders-');
  const list = useFresh(REMINDERS, { id, ...pageVariables(place.cursors, PAGE_LENGTH) });
  const columns: Column<Reminder>[] = [
    {
      label: t('person.campaign'),
      cell: ({ campaign }) => (
        <Link href={`/campaigns/${campaign.id}`}>{campaign.name ?? campaign.topic.title}</Link>
      ),
    },
    {
      label: t('list.status'),
      cell: ({ status, reason, detail }) => (
        <>
          <span className={`status ${status}`}>{t(`deliveryStatus.${status}`)}</span>
          {reason !== null && <div className="quiet">{t(`reason.${reason}`)}</div>}
          {detail !== null && <div className="quiet">{detail}</div>}
        </>
      ),
    },
    { label: t('person.sentAt'), cell: ({ sentAt }) => <Moment at={sentAt} /> },
    { label: t('person.openedAt'), cell: ({ openedAt }) => <Moment at={openedAt} /> },
    { label: t('person.convertedAt'), cell: ({ convertedAt }) => <Moment at={convertedAt} /> },
  ];
  return (
    <section>
      <h2>{t('person.reminders')}</h2>
      <ListAnswer of={list} place={place}>
        {({ telegramUser }) =>
          telegramUser && (
            <ListPage
              of={telegramUser.deliveries}
              place={place}
              empty={<p className="quiet">{t('person.noReminders')}</p>}
            >
              {(nodes) => (
                <Table label={t('person.reminders')} columns={columns} rows={nodes} keyOf={(row) => row.id} />
              )}
            </ListPage>
          )
        }
      </ListAnswer>
    </section>
  );
}
