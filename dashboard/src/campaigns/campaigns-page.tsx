import { Link } from 'wouter';
import { useFresh } from '../api.js';
import { CampaignTable } from '../campaign-parts/campaign-table.js';
import { useLiveRows } from '../campaign-parts/live-rows.js';
import type { CampaignRow } from '../campaign-parts/queries.js';
import { useWords } from '../i18n.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { Page } from '../parts/page.js';
import { useMay } from '../viewer.js';
import { BulkBar } from './bulk-bar.js';
import type { Filter } from './bulk-run.js';
import { Filters } from './filters.js';
import { filterFrom, useListPlace, variablesFrom } from './list-address.js';
import { CAMPAIGNS, COUNTS } from './queries.js';
import { toTarget, useSelection } from './selection.js';

export function CampaignsPage() {
  const { t } = useWords();
  const may = useMay();
  const place = useListPlace();
  const { isFirst, isFiltered } = place;
  const list = useFresh(CAMPAIGNS, variablesFrom(place));
  const overview = useFresh(COUNTS, {});
  const attention = overview.data?.attention;
  const shown = [...(list.data?.campaigns.nodes ?? []), ...(attention?.nodes ?? [])];
  const asTheyAre = useLiveRows(shown, () => {
    list.reread();
    overview.reread();
  });
  const counts = new Map(
    overview.data?.installation.campaignCounts.map(({ status, count }) => [status, count]),
  );
  return (
    <Page
      title={t('app.campaigns')}
      beside={
        may('OPERATOR') && (
          <Link href="/campaigns/new" className="button primary">
            {t('create.title')}
          </Link>
        )
      }
    >
      <Filters place={place} counts={counts} />
      {attention && attention.totalCount > 0 && !isFiltered && isFirst && (
        <section className="attention">
          <h2>{t('list.attention')}</h2>
          <CampaignTable rows={asTheyAre(attention.nodes)} label={t('list.attention')} />
          {attention.totalCount > attention.nodes.length && (
            <button
              type="button"
              onClick={() => {
                place.change({ attention: true });
              }}
            >
              {t('list.attentionMore', { count: attention.totalCount })}
            </button>
          )}
        </section>
      )}
      <ListAnswer of={list} place={place}>
        {({ campaigns }) => (
          <section>
            <h2>
              {t('list.all')} <small>{t('list.total', { count: campaigns.totalCount })}</small>
            </h2>
            <ListPage
              of={campaigns}
              place={place}
              empty={
                <div className="empty">
                  <p>{t(isFiltered ? 'list.noMatch' : 'list.empty')}</p>
                  {!isFiltered && <p className="quiet">{t('list.emptyHint')}</p>}
                </div>
              }
            >
              {(nodes) => (
                <AllCampaigns
                  rows={asTheyAre(nodes)}
                  total={campaigns.totalCount}
                  filter={filterFrom(place.address)}
                />
              )}
            </ListPage>
          </section>
        )}
      </ListAnswer>
    </Page>
  );
}

/** The page of the list, in which those who may change campaigns select them. */
function AllCampaigns({
  rows,
  total,
  filter,
}: {
  rows: readonly CampaignRow[];
  total: number;
  filter: Filter;
}) {
  const { t } = useWords();
  const may = useMay();
  const selection = useSelection(JSON.stringify(filter), rows);
  if (!may('OPERATOR')) return <CampaignTable rows={rows} label={t('list.all')} />;
  return (
    <>
      <BulkBar selection={selection} shown={rows.length} total={total} filter={filter} />
      <CampaignTable
        rows={rows}
        label={t('list.all')}
        selection={{ ...selection.rows, label: (row) => t('bulk.choose', { name: toTarget(row).name }) }}
      />
    </>
  );
}
