/** @long */
import './campaign.cases.js';
import './campaigns.cases.js';
import './people.cases.js';
