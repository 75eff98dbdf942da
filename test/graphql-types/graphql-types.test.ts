import './find.cases.js';
import './lists.cases.js';
