import { createHash } from 'node:crypto';
import { userError, UserErrorCode, type UserError } from '../graphql/user-error.js';
import { validateInput } from '../graphql/validation.js';
import type { CreateCampaignInput } from './campaign.types.js';
import type { PacingPlan } from './estimate.js';
import { DEFAULT_MESSAGE_TEMPLATE, templateProblem } from './template.js';

/** What is wrong with the input of a campaign, apart from its poll. */
export async function campaignInputErrors(input: CreateCampaignInput, now: Date): Promise<UserError[]> {
  const errors = await validateInput(input, ['input']);
  const problem = templateProblem(templateOf(input));
  if (problem !== undefined) errors.push(invalid(problem, 'messageTemplate'));
  const { scheduledFor } = input;
  if (scheduledFor && scheduledFor <= now)
    errors.push(invalid('scheduledFor must be in the future.', 'scheduledFor'));
  return errors;
}

function invalid(message: string, property: string): UserError {
  return userError(UserErrorCode.INVALID, message, ['input', property]);
}

export function templateOf(input: CreateCampaignInput): string {
  return input.messageTemplate ?? DEFAULT_MESSAGE_TEMPLATE;
}

export function pacingOf(input: CreateCampaignInput, defaults: PacingPlan): PacingPlan {
  return {
    chunkSize: input.pacing?.chunkSize ?? defaults.chunkSize,
    chunkIntervalMs: input.pacing?.chunkIntervalMs ?? defaults.chunkIntervalMs,
    sendIntervalMs: input.pacing?.sendIntervalMs ?? defaults.sendIntervalMs,
  };
}

/** Two inputs have the same fingerprint exactly if they ask for the same campaign. */
export function fingerprintOf(input: CreateCampaignInput): string {
  const { topicId, messageTemplate, scheduledFor, pacing } = input;
  const asked = [
    topicId,
    messageTemplate ?? null,
    scheduledFor?.toISOString() ?? null,
    pacing?.chunkSize ?? null,
    pacing?.chunkIntervalMs ?? null,
    pacing?.sendIntervalMs ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
