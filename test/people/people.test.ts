import './groups.cases.js';
import './import.cases.js';
import './participants.cases.js';
