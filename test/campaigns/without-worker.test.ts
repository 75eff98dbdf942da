import './at-once.cases.js';
import './campaign-filter.cases.js';
import './errors.cases.js';
import './idempotency.cases.js';
