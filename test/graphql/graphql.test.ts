import './costs.cases.js';
import './errors.cases.js';
import './inputs.cases.js';
import './limits.cases.js';
import './typed-ids.cases.js';
