import { useState } from 'react';
import { Link } from 'wouter';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { keepFocusNear } from '../parts/focus.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { Moment } from '../parts/moment.js';
import { Page } from '../parts/page.js';
import { Table, type Column } from '../parts/table.js';
import { useMay } from '../viewer.js';
import { MembershipButton } from './membership.js';
import { usePeoplePlace, variablesFrom } from './people-address.js';
import { PeopleFilters } from './people-filters.js';
import { PeopleNav } from './people-nav.js';
import { personName } from '../parts/person-name.js';
import { GROUPS, PEOPLE, type PersonRow } from './queries.js';
import { UserStatus } from '../parts/user-status.js';

function useColumns(): Column<PersonRow>[] {
  const { t } = useWords();
  return [
    {
      label: t('people.name'),
      cell: (person) => (
        <>
          <Link href={`/people/${person.id}`}>
            <b>{personName(person)}</b>
          </Link>
          <div className="quiet">
            {[person.username !== null && `@${person.username}`, person.telegramId]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </>
      ),
    },
    { label: t('list.status'), cell: ({ status }) => <UserStatus of={status} /> },
    { label: t('people.groups'), cell: ({ groups }) => groups.join(', ') || t('app.unknown') },
    { label: t('people.language'), cell: ({ languageCode }) => languageCode ?? t('app.unknown') },
    { label: t('people.known'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
  ];
}

export function PeoplePage() {
  const { t, number } = useWords();
  const may = useMay();
  const place = usePeoplePlace();
  const people = useFresh(PEOPLE, variablesFrom(place));
  const groups = useFresh(GROUPS, {});
  const columns = useColumns();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const names = groups.data?.groups.map(({ name }) => name) ?? [];
  function toggle({ id }: PersonRow): void {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  }
  return (
    <Page title={t('people.title')}>
      <PeopleNav />
      <PeopleFilters place={place} groups={names} />
      <ListAnswer of={people} place={place}>
        {({ telegramUsers }) => (
          <section>
            <div className="heading">
              <h2>{t('people.count', { count: telegramUsers.totalCount })}</h2>
              {chosen.size > 0 && (
                <div className="choices">
                  <MembershipButton
                    userIds={[...chosen]}
                    groups={names}
                    onDone={() => {
                      setChosen(new Set());
                      people.refetch();
                      groups.refetch();
                    }}
                  />
                  <button
                    type="button"
                    className="plain"
                    onClick={(event) => {
                      keepFocusNear(event.currentTarget);
                      setChosen(new Set());
                    }}
                  >
                    {t('people.chooseNobody', { count: number(chosen.size) })}
                  </button>
                </div>
              )}
            </div>
            <ListPage
              of={telegramUsers}
              place={place}
              empty={
                <div className="empty">
                  <p>{t(place.isFiltered ? 'people.noMatch' : 'people.empty')}</p>
                  {!place.isFiltered && <p className="quiet">{t('people.emptyHint')}</p>}
                </div>
              }
            >
              {(nodes) => (
                <Table
                  label={t('people.title')}
                  columns={columns}
                  rows={nodes}
                  keyOf={({ id }) => id}
                  selection={
                    may('ADMIN')
                      ? {
                          isChosen: ({ id }) => chosen.has(id),
                          toggle,
                          label: (person) => t('people.choose', { name: personName(person) }),
                        }
                      : undefined
                  }
                />
              )}
            </ListPage>
          </section>
        )}
      </ListAnswer>
    </Page>
  );
}
