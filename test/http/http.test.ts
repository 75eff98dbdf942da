import './answers.cases.js';
import './explorer.cases.js';
import './unread.cases.js';
