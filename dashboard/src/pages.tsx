import { Route, Switch } from 'wouter';
import { CampaignsPage } from './campaigns/campaigns-page.js';
import { lazyPart } from './load-part.js';
import { NothingHere } from './parts/nothing-here.js';

const CampaignPage = lazyPart(() => import('./campaign/campaign-page.js'));
const CreatePage = lazyPart(() => import('./create/create-page.js'));
const EditPage = lazyPart(() => import('./create/edit-page.js'));
const Installation = lazyPart(() => import('./installation/index.js'));
const People = lazyPart(() => import('./people/index.js'));
const Polls = lazyPart(() => import('./polls/index.js'));

const CAMPAIGN = /^\/campaigns\/(?<id>campaign_\d+)(?:\/(?<tab>deliveries|chunks|history))?\/?$/;

/** What is shown at which address. The server knows the first part of each (src/http/dashboard-routes.ts). */
export function Pages() {
  return (
    <Switch>
      <Route path="/" component={CampaignsPage} />
      <Route path={CAMPAIGN}>{({ id = '', tab }) => <CampaignPage key={id} id={id} tab={tab} />}</Route>
      <Route path="/campaigns/new" component={CreatePage} />
      <Route path="/campaigns/:id/edit" component={EditPage} />
      <Route path="/people/*?" component={People} />
      <Route path="/polls/*?" component={Polls} />
      <Route path="/installation/*?" component={Installation} />
      <Route>
        <NothingHere />
      </Route>
    </Switch>
  );
}
