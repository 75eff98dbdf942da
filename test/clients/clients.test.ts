import './apollo.cases.js';
import './relay.cases.js';
import './urql.cases.js';
