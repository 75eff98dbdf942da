import { Route, Switch } from 'wouter';
import { NothingHere } from '../parts/nothing-here.js';
import { GroupsPage } from './groups-page.js';
import { ImportPage } from './import/import-page.js';
import { PeoplePage } from './people-page.js';
import { PersonPage } from './person-page.js';

export default function People() {
  return (
    <Switch>
      <Route path="/people" component={PeoplePage} />
      <Route path="/people/groups" component={GroupsPage} />
      <Route path="/people/import" component={ImportPage} />
      <Route path="/people/:id" component={PersonPage} />
      <Route>
        <NothingHere instead={{ href: '/people', label: 'app.toPeople' }} />
      </Route>
    </Switch>
  );
}
