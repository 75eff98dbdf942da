/** @long */
import './bot.cases.js';
import './poll-in-the-chat.cases.js';
import './reminder-menu.cases.js';
