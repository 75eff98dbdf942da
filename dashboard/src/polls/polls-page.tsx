import { Link } from 'wouter';
import { useFresh } from '../api.js';
import type { VariablesOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { anyOf, oneOf, pageVariables, text, useAddress, type Place } from '../parts/address.js';
import { ClearFilters } from '../parts/clear-filters.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { Moment } from '../parts/moment.js';
import { Page } from '../parts/page.js';
import { SearchField } from '../parts/search-field.js';
import { Table, type Column } from '../parts/table.js';
import { Toggles } from '../parts/toggles.js';
import { useMay } from '../viewer.js';
import { PollStatus, POLL_STATUSES } from './poll-status.js';
import { POLLS, type PollRow } from './queries.js';
import { Share } from './share.js';

const ORDERS = ['CREATED_AT_DESC', 'CREATED_AT_ASC', 'TITLE_ASC', 'CLOSES_AT_ASC'] as const;
const PAGE_LENGTH = 25;

const FIELDS = { status: anyOf(POLL_STATUSES), search: text(), order: oneOf(ORDERS, 'CREATED_AT_DESC') };

interface Address {
  status: (typeof POLL_STATUSES)[number][];
  search: string;
  order: (typeof ORDERS)[number];
}

function Filters({ place: { address, change, clear } }: { place: Place<Address> }) {
  const { t } = useWords();
  return (
    <search className="filters">
      <Toggles
        label={t('list.status')}
        values={POLL_STATUSES}
        words={(status) => t(`pollStatus.${status}`)}
        chosen={address.status}
        onChange={(status) => {
          change({ status });
        }}
      />
      <div className="fields">
        <SearchField
          label={t('polls.search')}
          value={address.search}
          onChange={(search) => {
            change({ search });
          }}
        />
        <label>
          {t('list.order')}
          <select
            value={address.order}
            onChange={(event) => {
              change({ order: event.target.value as Address['order'] });
            }}
          >
            {ORDERS.map((order) => (
              <option key={order} value={order}>
                {t(`polls.order.${order}`)}
              </option>
            ))}
          </select>
        </label>
        <ClearFilters isFiltered={isFiltered(address)} clear={clear} />
      </div>
    </search>
  );
}

function isFiltered({ status, search }: Address): boolean {
  return status.length > 0 || search.trim() !== '';
}

function variablesFrom({ address, cursors }: Place<Address>): VariablesOf<typeof POLLS> {
  const { status, search, order } = address;
  return {
    filter: {
      ...(status.length > 0 && { status }),
      ...(search.trim() !== '' && { titleContains: search.trim() }),
    },
    orderBy: order,
    ...pageVariables(cursors, PAGE_LENGTH),
  };
}

function useColumns(): Column<PollRow>[] {
  const { t, number } = useWords();
  return [
    {
      label: t('polls.poll'),
      cell: ({ id, title, groups }) => (
        <>
          <Link href={`/polls/${id}`}>
            <b>{title}</b>
          </Link>
          <div className="quiet">{[id, ...groups].join(' · ')}</div>
        </>
      ),
    },
    { label: t('list.status'), cell: ({ status }) => <PollStatus of={status} /> },
    {
      label: t('polls.completed'),
      kind: 'number',
      cell: ({ completedCount, participantCount }) =>
        t('polls.of', { part: number(completedCount), whole: number(participantCount) }),
    },
    {
      label: t('polls.rate'),
      kind: 'wide',
      cell: ({ completedCount, participantCount }) => (
        <Share part={completedCount} whole={participantCount} />
      ),
    },
    { label: t('polls.closes'), cell: ({ closesAt }) => <Moment at={closesAt} /> },
    { label: t('list.created'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
  ];
}

export function PollsPage() {
  const { t } = useWords();
  const may = useMay();
  const place = useAddress<Address>(FIELDS);
  const polls = useFresh(POLLS, variablesFrom(place));
  const columns = useColumns();
  const filtered = isFiltered(place.address);
  return (
    <Page
      title={t('polls.title')}
      beside={
        may('ADMIN') && (
          <Link href="/polls/new" className="button primary">
            {t('polls.new')}
          </Link>
        )
      }
    >
      <Filters place={place} />
      <ListAnswer of={polls} place={place}>
        {({ polls: page }) => (
          <section>
            <h2>{t('polls.count', { count: page.totalCount })}</h2>
            <ListPage
              of={page}
              place={place}
              empty={
                <div className="empty">
                  <p>{t(filtered ? 'polls.noMatch' : 'polls.empty')}</p>
                  {!filtered && <p className="quiet">{t('polls.emptyHint')}</p>}
                </div>
              }
            >
              {(nodes) => (
                <Table label={t('polls.title')} columns={columns} rows={nodes} keyOf={({ id }) => id} />
              )}
            </ListPage>
          </section>
        )}
      </ListAnswer>
    </Page>
  );
}
