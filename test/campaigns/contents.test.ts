import './progress.cases.js';
import './templates.cases.js';
import './update.cases.js';
