import { createHash } from 'node:crypto';
import { distinctGroups, groupKey } from '../groups/group-names.js';
import type { GroupService } from '../groups/group.service.js';
import { describeMissing } from '../kernel/ids.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import { validateInput } from '../kernel/validation.js';
import { isClosed, isOpen } from '../polls/poll-open.js';
import type { Poll } from '../polls/poll.entity.js';
import type {
  CreateCampaignInput,
  MessageTranslationInput,
  PacingInput,
  UpdateCampaignInput,
} from './campaign.types.js';
import { chooseAudience } from './campaign-audience.types.js';
import type { PacingPlan } from './estimate.js';
import type { CampaignPolls } from './ports.js';
import type { MessageTranslation, NotificationCampaign } from './campaign.entity.js';
import { normalized, textErrors, type CurrentTexts } from './campaign-texts.js';
import type { PollTexts, TemplateCheck } from './template-check.js';

/** What the checks of a campaign go by. */
export interface CampaignCheck {
  poll: PollTexts;
  now: Date;
  templates: TemplateCheck;
  groups: Pick<GroupService, 'resolve'>;
  /** For a change, what the campaign says so far. */
  current?: CurrentTexts;
}

/** Path of the groups in the arguments. */
export const GROUPS_FIELD = ['input', 'audience', 'groups'];

/** Validates the input of a campaign, apart from the state of its poll. */
export async function campaignInputErrors(
  input: CreateCampaignInput | UpdateCampaignInput,
  { poll, now, templates, groups, current }: CampaignCheck,
): Promise<UserError[]> {
  const errors = await validateInput(input, ['input']);
  const { scheduledFor } = input;
  errors.push(...textErrors(input, current, poll, templates));
  const named = await groups.resolve(input.audience?.groups ?? [], GROUPS_FIELD);
  if (!named.ok) errors.push(...named.errors);
  if (scheduledFor && scheduledFor <= now)
    errors.push(invalid('scheduledFor must be in the future.', 'scheduledFor'));
  return errors;
}

/** Validates the input and its poll. @param poll null if none has the id */
export async function createCampaignErrors(
  input: CreateCampaignInput,
  poll: Poll | null,
  check: CampaignCheck,
): Promise<UserError[]> {
  const { now } = check;
  const errors = await campaignInputErrors(input, check);
  const field = ['input', 'topicId'];
  if (!poll) {
    errors.push(userError(UserErrorCode.NOT_FOUND, describeMissing('poll', input.topicId), field));
  } else if (isClosed(poll, now)) {
    errors.push(userError(UserErrorCode.POLL_CLOSED, `Poll ${poll.id} takes no more answers.`, field));
  } else if (!isOpen(poll, now)) {
    errors.push(userError(UserErrorCode.INVALID_STATE, `Open poll ${poll.id} first: it is a draft.`, field));
  }
  return errors;
}

function invalid(message: string, property: string): UserError {
  return userError(UserErrorCode.INVALID, message, ['input', property]);
}

/** Without a poll there is nothing of it that could be wrong. */
const NO_POLL: PollTexts = { title: '', closesAt: new Date(0), questions: [] };

/** Reads what of a poll is in its reminders. */
export async function readPollTexts(poll: Poll | null, polls: CampaignPolls): Promise<PollTexts> {
  if (!poll) return NO_POLL;
  const { id, title, closesAt } = poll;
  return { title, closesAt, questions: await polls.questions(id) };
}

/** Values of campaigns that name none. */
export interface CampaignDefaults {
  pacing: PacingPlan;
  messageTemplate: string;
}

/** The texts of a new campaign. */
export function chooseTexts(
  input: CreateCampaignInput,
  defaults: CampaignDefaults,
): Pick<NotificationCampaign, 'messageTemplate' | 'buttonText' | 'translations' | 'asksFirstQuestion'> {
  const { messageTemplate, buttonText, translations, asksFirstQuestion } = input;
  return {
    messageTemplate: messageTemplate ?? defaults.messageTemplate,
    buttonText: buttonText ?? null,
    translations: toTranslations(translations),
    asksFirstQuestion: asksFirstQuestion ?? false,
  };
}

export function toTranslations(
  translations: readonly MessageTranslationInput[] | null | undefined,
): MessageTranslation[] {
  return (translations ?? []).map(({ languageCode, messageTemplate, buttonText }) => ({
    languageCode: normalized(languageCode),
    messageTemplate,
    buttonText: buttonText ?? null,
  }));
}

export function choosePacing(pacing: PacingInput | null | undefined, defaults: PacingPlan): PacingPlan {
  return {
    chunkSize: pacing?.chunkSize ?? defaults.chunkSize,
    chunkIntervalMs: pacing?.chunkIntervalMs ?? defaults.chunkIntervalMs,
    sendIntervalMs: pacing?.sendIntervalMs ?? defaults.sendIntervalMs,
  };
}

/** Two inputs have the same fingerprint if and only if they ask for the same campaign. */
export function computeFingerprint(input: CreateCampaignInput): string {
  const { topicId, name, messageTemplate, buttonText, scheduledFor, pacing } = input;
  const { translations, asksFirstQuestion } = input;
  const { notRemindedForHours, participation, groups } = chooseAudience(input.audience);
  const asked = [
    topicId,
    messageTemplate ?? null,
    scheduledFor?.toISOString() ?? null,
    pacing?.chunkSize ?? null,
    pacing?.chunkIntervalMs ?? null,
    pacing?.sendIntervalMs ?? null,
    // Only if given, so that older campaigns keep their fingerprints.
    ...(name != null || buttonText != null ? [name ?? null, buttonText ?? null] : []),
    ...(notRemindedForHours === null ? [] : [{ notRemindedForHours }]),
    ...(participation === null ? [] : [{ participation }]),
    ...(groups.length === 0 ? [] : [{ groups: distinctGroups(groups).map(groupKey).sort() }]),
    ...(translations == null ? [] : [{ translations: toTranslations(translations) }]),
    ...(asksFirstQuestion === true ? [{ asksFirstQuestion }] : []),
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
