import { createHash } from 'node:crypto';
import { describeMissing } from '../kernel/ids.js';
import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import { validateInput } from '../kernel/validation.js';
import { isClosed, isOpen } from '../polls/poll-open.js';
import type { Poll } from '../polls/poll.entity.js';
import { isBlank } from '../kernel/blank.js';
import type { CreateCampaignInput, PacingInput, UpdateCampaignInput } from './campaign.types.js';
import type { PacingPlan } from './estimate.js';
import { DEFAULT_MESSAGE_TEMPLATE } from './template.js';
import type { TemplateCheck } from './template-check.js';

/** Longer labels are truncated on phones. */
const MAX_BUTTON_LENGTH = 64;

/**
 * Validates the input of a campaign, apart from its poll.
 * @param pollTitle undefined if there is no poll
 */
export async function campaignInputErrors(
  input: CreateCampaignInput | UpdateCampaignInput,
  pollTitle: string,
  now: Date,
  templates: TemplateCheck,
): Promise<UserError[]> {
  const errors = await validateInput(input, ['input']);
  const { messageTemplate, buttonText, scheduledFor } = input;
  if (messageTemplate != null) {
    errors.push(...templates.errors(messageTemplate, pollTitle, ['input', 'messageTemplate']));
  }
  if (buttonText != null) errors.push(...buttonErrors(buttonText, templates));
  if (scheduledFor && scheduledFor <= now)
    errors.push(invalid('scheduledFor must be in the future.', 'scheduledFor'));
  return errors;
}

/** Validates the input and its poll. @param poll null if none has the id */
export async function createCampaignErrors(
  input: CreateCampaignInput,
  poll: Poll | null,
  now: Date,
  templates: TemplateCheck,
): Promise<UserError[]> {
  const errors = await campaignInputErrors(input, poll?.title ?? '', now, templates);
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

function buttonErrors(text: string, templates: TemplateCheck): UserError[] {
  if (isBlank(text)) return [invalid('buttonText is invisible: leave it out.', 'buttonText')];
  const length = templates.countCharacters(text);
  if (length <= MAX_BUTTON_LENGTH) return [];
  const message = `buttonText must have at most ${MAX_BUTTON_LENGTH} characters; this one has ${length}.`;
  return [userError(UserErrorCode.TOO_LONG, message, ['input', 'buttonText'])];
}

function invalid(message: string, property: string): UserError {
  return userError(UserErrorCode.INVALID, message, ['input', property]);
}

export function chooseTemplate(messageTemplate: string | null | undefined): string {
  return messageTemplate ?? DEFAULT_MESSAGE_TEMPLATE;
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
  const { notRemindedForHours } = input.audience ?? {};
  const asked = [
    topicId,
    messageTemplate ?? null,
    scheduledFor?.toISOString() ?? null,
    pacing?.chunkSize ?? null,
    pacing?.chunkIntervalMs ?? null,
    pacing?.sendIntervalMs ?? null,
    // Only if given, so that older campaigns keep their fingerprints.
    ...(name != null || buttonText != null ? [name ?? null, buttonText ?? null] : []),
    ...(notRemindedForHours == null ? [] : [{ notRemindedForHours }]),
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
