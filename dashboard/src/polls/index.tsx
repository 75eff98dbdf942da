import { Route, Switch } from 'wouter';
import { NothingHere } from '../parts/nothing-here.js';
import { EditPollPage, NewPollPage } from './form-page.js';
import { PollPage } from './poll-page.js';
import { PollsPage } from './polls-page.js';
import './polls.css';

const POLL = /^\/polls\/(?<id>poll_\d+)(?:\/(?<tab>people|campaigns))?\/?$/;

export default function Polls() {
  return (
    <Switch>
      <Route path="/polls" component={PollsPage} />
      <Route path="/polls/new" component={NewPollPage} />
      <Route path="/polls/:id/edit">{({ id }) => <EditPollPage key={id} id={id} />}</Route>
      <Route path={POLL}>{({ id = '', tab }) => <PollPage key={id} id={id} tab={tab} />}</Route>
      <Route>
        <NothingHere instead={{ href: '/polls', label: 'app.toPolls' }} />
      </Route>
    </Switch>
  );
}
