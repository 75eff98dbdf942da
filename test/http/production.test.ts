/** @jobs */
import './agendash.cases.js';
import './dashboard.cases.js';
import './requests.cases.js';
