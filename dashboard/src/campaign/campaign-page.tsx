import { Link } from 'wouter';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Page } from '../parts/page.js';
import { Subnav } from '../parts/subnav.js';
import { useMay } from '../viewer.js';
import { Actions } from './actions.js';
import './campaign.css';
import { Chunks } from './chunks.js';
import { Deliveries } from './deliveries.js';
import { Head } from './head.js';
import { History } from './history.js';
import { Overview } from './overview.js';
import type { CampaignState } from './queries.js';
import { useCampaign } from './use-campaign.js';

const TABS: Readonly<Partial<Record<string, typeof Overview>>> = {
  deliveries: Deliveries,
  chunks: Chunks,
  history: History,
};

/** One campaign, as it is now: its head, and one of the pages about it. */
export default function CampaignPage({ id, tab }: { id: string; tab: string | undefined }) {
  const { t } = useWords();
  const { answer, campaign, isDeleted, samples } = useCampaign(id);
  if (campaign === null || isDeleted)
    return (
      <Page title={t(isDeleted ? 'campaign.deleted' : 'campaign.notFound', { id })}>
        <Link href="/">{t('app.toCampaigns')}</Link>
      </Page>
    );
  if (!campaign)
    return (
      <Page title={t('campaign.title')}>
        <Answer of={answer}>{() => null}</Answer>
      </Page>
    );
  const limit = answer.data?.installation.messagesPerSecond;
  const Tab = TABS[tab ?? ''] ?? Overview;
  return (
    <div className="campaign">
      <Page
        title={campaign.name ?? campaign.topic.title}
        beside={<Actions campaign={campaign} onDone={answer.refetch} />}
      >
        <Head campaign={campaign} limit={limit} />
        <Tabs campaign={campaign} />
        <Tab campaign={campaign} samples={samples} limit={limit} />
      </Page>
    </div>
  );
}

function Tabs({ campaign: { id } }: { campaign: CampaignState }) {
  const { t } = useWords();
  const may = useMay();
  return (
    <Subnav
      label={t('campaign.pages')}
      links={[
        { href: `/campaigns/${id}`, label: t('campaign.overview') },
        { href: `/campaigns/${id}/deliveries`, label: t('campaign.deliveries') },
        { href: `/campaigns/${id}/chunks`, label: t('campaign.chunks') },
        ...(may('ADMIN') ? [{ href: `/campaigns/${id}/history`, label: t('campaign.history') }] : []),
      ]}
    />
  );
}
