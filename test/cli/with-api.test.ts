import './import.cases.js';
import './token.cases.js';
