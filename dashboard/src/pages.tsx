import { lazy } from 'react';
import { Link, Route, Switch } from 'wouter';
import { CampaignsPage } from './campaigns/campaigns-page.js';
import { useWords } from './i18n.js';
import { Page } from './parts/page.js';

const CampaignPage = lazy(() => import('./campaign/campaign-page.js'));
const CAMPAIGN = /^\/campaigns\/(?<id>campaign_\d+)(?:\/(?<tab>deliveries|chunks|history))?\/?$/;

/** What is shown at which address. The server knows the first part of each (src/http/dashboard-routes.ts). */
export function Pages() {
  const { t } = useWords();
  return (
    <Switch>
      <Route path="/" component={CampaignsPage} />
      <Route path={CAMPAIGN}>{({ id = '', tab }) => <CampaignPage key={id} id={id} tab={tab} />}</Route>
      <Route>
        <Page title={t('app.notFound')}>
          <Link href="/">{t('app.toCampaigns')}</Link>
        </Page>
      </Route>
    </Switch>
  );
}
