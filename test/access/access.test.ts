import './api-tokens.cases.js';
import './audit.cases.js';
import './authentication.cases.js';
import './roles.cases.js';
import './tokens.cases.js';
