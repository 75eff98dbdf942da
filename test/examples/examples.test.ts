import './browser.cases.js';
import './remind.cases.js';
