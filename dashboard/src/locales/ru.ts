import type { MessageKey } from './en.js';
import { app } from './ru/app.js';
import { campaign } from './ru/campaign.js';
import { campaigns } from './ru/campaigns.js';
import { create } from './ru/create.js';
import { installation } from './ru/installation.js';
import { people } from './ru/people.js';
import { polls } from './ru/polls.js';
import { terms } from './ru/terms.js';

export const ru: Readonly<Record<MessageKey, string>> = {
  ...app,
  ...campaign,
  ...campaigns,
  ...create,
  ...installation,
  ...people,
  ...polls,
  ...terms,
};
