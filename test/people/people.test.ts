import './groups.cases.js';
import './import.cases.js';
