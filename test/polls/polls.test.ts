import './changes.cases.js';
import './errors.cases.js';
