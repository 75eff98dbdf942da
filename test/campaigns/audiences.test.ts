import './beside-another.cases.js';
import './bulk.cases.js';
import './campaigns-changed.cases.js';
import './groups.cases.js';
import './reminded.cases.js';
