import type DataLoader from 'dataloader';
import type { AuditTrail } from '../access/audit-trail.js';
import type { CampaignService } from '../campaigns/campaign.service.js';
import type { ProgressHub } from '../campaigns/progress-hub.js';
import type { Standstill } from '../campaigns/standstill.store.js';
import type { TelegramUser } from '../people/telegram-user.entity.js';
import type { Poll } from '../polls/poll.entity.js';
import type { Question, QuestionOption } from '../polls/question.entity.js';
import type { Identity } from './auth.js';

/** Batched reads, so that a page of nodes takes a constant number of statements. */
export interface Loaders {
  poll: DataLoader<string, Poll | null>;
  questions: DataLoader<string, Question[]>;
  options: DataLoader<string, QuestionOption[]>;
  completedCount: DataLoader<string, number>;
  audienceSize: DataLoader<string, number>;
  answerCount: DataLoader<string, number>;
  standstill: DataLoader<string, Standstill | null>;
  user: DataLoader<string, TelegramUser | null>;
}

/** What resolvers know about the operation they serve. */
export interface GraphQLContext {
  identity: Identity;
  loaders: Loaders;
  audit: AuditTrail;
  progress: { campaigns: CampaignService; hub: ProgressHub };
}
