import './achieved.cases.js';
import './erasure.cases.js';
import './overview.cases.js';
