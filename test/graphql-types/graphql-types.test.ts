import './find.cases.js';
import './lists.cases.js';
import './statements.cases.js';
