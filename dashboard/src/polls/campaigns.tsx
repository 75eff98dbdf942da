import { useFresh } from '../api.js';
import { CampaignTable } from '../campaign-parts/campaign-table.js';
import { useLiveRows } from '../campaign-parts/live-rows.js';
import { useWords } from '../i18n.js';
import { pageVariables, useAddress } from '../parts/address.js';
import { Answer } from '../parts/answer.js';
import { Pager } from '../parts/pager.js';
import { POLL_CAMPAIGNS } from './queries.js';

const PAGE_LENGTH = 25;

/** The campaigns of a poll, live, the newest first. */
export function PollCampaigns({ id }: { id: string }) {
  const { t } = useWords();
  const { cursors, goTo } = useAddress({});
  const list = useFresh(POLL_CAMPAIGNS, { id, ...pageVariables(cursors, PAGE_LENGTH) });
  const asTheyAre = useLiveRows(list.data?.poll?.campaigns.nodes ?? [], list.reread);
  return (
    <Answer of={list}>
      {({ poll }) =>
        poll && (
          <section>
            <h2>{t('list.total', { count: poll.campaigns.totalCount })}</h2>
            {poll.campaigns.nodes.length === 0 ? (
              <p className="empty">{t('polls.noCampaigns')}</p>
            ) : (
              <CampaignTable rows={asTheyAre(poll.campaigns.nodes)} label={t('app.campaigns')} />
            )}
            <Pager of={poll.campaigns.pageInfo} goTo={goTo} />
          </section>
        )
      }
    </Answer>
  );
}
