import './dashboard.cases.js';
import './requests.cases.js';
