/** @jobs */
import './reference.cases.js';
import './retry.cases.js';
import './start.cases.js';
