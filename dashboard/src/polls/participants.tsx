import { useState } from 'react';
import { Link } from 'wouter';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { DownloadButton } from '../parts/download.js';
import { Moment } from '../parts/moment.js';
import { Table, type Column } from '../parts/table.js';
import { personName } from '../parts/person-name.js';
import { UserStatus } from '../parts/user-status.js';
import { useMay } from '../viewer.js';
import { ParticipantFilters } from './participant-filters.js';
import { remindAddress, useParticipantsPlace, variablesFrom } from './participants-address.js';
import { PARTICIPANT_COUNT, PARTICIPANTS, type ParticipantRow, type PollHead } from './queries.js';
import { RecordCompletions } from './record-completions.js';

function useColumns(): Column<ParticipantRow>[] {
  const { t, number } = useWords();
  return [
    {
      label: t('polls.person'),
      cell: ({ user }) => (
        <>
          <Link href={`/people/${user.id}`}>
            <b>{personName(user)}</b>
          </Link>
          <div className="quiet">
            {[user.username !== null && `@${user.username}`, ...user.groups].filter(Boolean).join(' · ')}
          </div>
        </>
      ),
    },
    {
      label: t('polls.participation'),
      cell: ({ participation, answeredQuestions, completedAt }) => (
        <>
          {t(`participation.${participation}`)}
          <div className="quiet">
            {participation === 'STARTED' && t('polls.answered', { count: answeredQuestions })}
            {completedAt !== null && <Moment at={completedAt} />}
          </div>
        </>
      ),
    },
    {
      label: t('list.status'),
      cell: ({ user, declined }) => (
        <>
          <UserStatus of={user.status} />
          {declined && <div className="quiet">{t('polls.declined')}</div>}
        </>
      ),
    },
    {
      label: t('polls.reminders'),
      kind: 'number',
      cell: ({ remindersSent }) => number(remindersSent),
    },
    { label: t('polls.lastReminder'), cell: ({ lastRemindedAt }) => <Moment at={lastRemindedAt} /> },
  ];
}

/** Reminding goes by participation and group; the other filters are only for looking. */
function Remind({ poll, address }: { poll: PollHead; address: Parameters<typeof remindAddress>[1] }) {
  const { t } = useWords();
  const may = useMay();
  const href = remindAddress(poll.id, address);
  if (poll.status !== 'OPEN' || href === undefined || !may('OPERATOR')) return null;
  const isNarrower = address.search !== '' || address.status.length > 0;
  return (
    <>
      <Link href={href} className="button primary">
        {t('polls.remindThese')}
      </Link>
      {isNarrower && <span className="quiet">{t('polls.remindHint')}</span>}
    </>
  );
}

/** Who is missing, and everyone else the poll is for. */
export function Participants({ poll, onChange }: { poll: PollHead; onChange: () => void }) {
  const { t } = useWords();
  const may = useMay();
  const place = useParticipantsPlace();
  const variables = variablesFrom(poll.id, place);
  const list = useFresh(PARTICIPANTS, variables);
  const counted = useFresh(PARTICIPANT_COUNT, { id: poll.id, filter: variables.filter });
  const count = counted.data?.poll?.participants.totalCount;
  const columns = useColumns();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  function toggle({ user }: ParticipantRow): void {
    const next = new Set(chosen);
    if (!next.delete(user.id)) next.add(user.id);
    setChosen(next);
  }
  return (
    <>
      <ParticipantFilters place={place} groups={list.data?.groups.map(({ name }) => name) ?? []} />
      <ListAnswer of={list} place={place}>
        {({ poll: read }) =>
          read && (
            <section>
              <div className="heading">
                <h2>{count === undefined ? t('polls.participants') : t('polls.peopleCount', { count })}</h2>
                <Remind poll={poll} address={place.address} />
                {may('ADMIN') && chosen.size > 0 && (
                  <RecordCompletions
                    poll={poll}
                    chosen={chosen}
                    forget={() => {
                      setChosen(new Set());
                    }}
                    onDone={() => {
                      list.refetch();
                      counted.refetch();
                      onChange();
                    }}
                  />
                )}
                <DownloadButton kind="participants" id={poll.id} label={t('polls.exportPeople')} />
              </div>
              <ListPage
                of={read.participants}
                place={place}
                empty={<p className="empty">{t('polls.nobody')}</p>}
              >
                {(nodes) => (
                  <Table
                    label={t('polls.participants')}
                    columns={columns}
                    rows={nodes}
                    keyOf={({ user }) => user.id}
                    selection={
                      may('ADMIN')
                        ? {
                            isChosen: ({ user }) => chosen.has(user.id),
                            toggle,
                            label: ({ user }) => t('polls.choose', { name: personName(user) }),
                          }
                        : undefined
                    }
                  />
                )}
              </ListPage>
            </section>
          )
        }
      </ListAnswer>
    </>
  );
}
