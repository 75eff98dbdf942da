import { Route, Switch } from 'wouter';
import { NothingHere } from '../parts/nothing-here.js';
import { AuditPage } from './audit-page.js';
import { InstallationPage } from './installation-page.js';
import { TokensPage } from './tokens-page.js';

export default function Installation() {
  return (
    <Switch>
      <Route path="/installation" component={InstallationPage} />
      <Route path="/installation/tokens" component={TokensPage} />
      <Route path="/installation/audit" component={AuditPage} />
      <Route>
        <NothingHere instead={{ href: '/installation', label: 'app.toInstallation' }} />
      </Route>
    </Switch>
  );
}
