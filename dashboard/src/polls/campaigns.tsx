import { useFresh } from '../api.js';
import { CampaignTable } from '../campaign-parts/campaign-table.js';
import { useLiveRows } from '../campaign-parts/live-rows.js';
import { useWords } from '../i18n.js';
import { pageVariables, useAddress } from '../parts/address.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { POLL_CAMPAIGNS } from './queries.js';

const PAGE_LENGTH = 25;

/** The campaigns of a poll, live, the newest first. */
export function PollCampaigns({ id }: { id: string }) {
  const { t } = useWords();
  const place = useAddress({});
  const list = useFresh(POLL_CAMPAIGNS, { id, ...pageVariables(place.cursors, PAGE_LENGTH) });
  const asTheyAre = useLiveRows(list.data?.poll?.campaigns.nodes ?? [], list.reread);
  return (
    <ListAnswer of={list} place={place}>
      {({ poll }) =>
        poll && (
          <section>
            <h2>{t('list.total', { count: poll.campaigns.totalCount })}</h2>
            <ListPage
              of={poll.campaigns}
              place={place}
              empty={<p className="empty">{t('polls.noCampaigns')}</p>}
            >
              {(nodes) => <CampaignTable rows={asTheyAre(nodes)} label={t('app.campaigns')} />}
            </ListPage>
          </section>
        )
      }
    </ListAnswer>
  );
}
