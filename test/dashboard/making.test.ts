/** @long */
import './create.cases.js';
import './installation.cases.js';
import './polls.cases.js';
