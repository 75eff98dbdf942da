import { app } from './en/app.js';
import { campaign } from './en/campaign.js';
import { campaigns } from './en/campaigns.js';
import { create } from './en/create.js';
import { installation } from './en/installation.js';
import { people } from './en/people.js';
import { polls } from './en/polls.js';
import { terms } from './en/terms.js';

/** What the dashboard says, in ICU's form of messages; a file for each part of it. Other languages have the same keys. */
export const en = {
  ...app,
  ...campaign,
  ...campaigns,
  ...create,
  ...installation,
  ...people,
  ...polls,
  ...terms,
} as const;

export type MessageKey = keyof typeof en;
