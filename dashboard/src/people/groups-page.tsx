import { Link } from 'wouter';
import { useFresh } from '../api.js';
import type { ResultOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Page } from '../parts/page.js';
import { Table, type Column } from '../parts/table.js';
import { PeopleNav } from './people-nav.js';
import { GROUPS } from './queries.js';

type Group = ResultOf<typeof GROUPS>['groups'][number];

export function GroupsPage() {
  const { t, number } = useWords();
  const groups = useFresh(GROUPS, {});
  const columns: Column<Group>[] = [
    {
      label: t('people.group'),
      cell: ({ name }) => (
        <Link href={`/people?${String(new URLSearchParams({ group: name }))}`}>{name}</Link>
      ),
    },
    { label: t('people.members'), kind: 'number', cell: ({ memberCount }) => number(memberCount) },
    { label: t('people.reachable'), kind: 'number', cell: ({ reachableCount }) => number(reachableCount) },
  ];
  return (
    <Page title={t('people.groups')}>
      <PeopleNav />
      <Answer of={groups}>
        {({ groups: rows }) =>
          rows.length === 0 ? (
            <div className="empty">
              <p>{t('people.noGroups')}</p>
              <p className="quiet">{t('people.noGroupsHint')}</p>
            </div>
          ) : (
            <Table label={t('people.groups')} columns={columns} rows={rows} keyOf={({ name }) => name} />
          )
        }
      </Answer>
    </Page>
  );
}
