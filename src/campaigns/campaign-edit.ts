import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import { chooseTemplate } from './campaign-input.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { UpdateCampaignInput } from './campaign.types.js';
import { EDITABLE_STATUSES, TRANSITIONS } from './lifecycle.js';

/** New values of a campaign; absent ones stay. */
export interface CampaignEdit {
  name?: string | null;
  messageTemplate?: string;
  buttonText?: string | null;
  scheduledFor?: Date | null;
  notRemindedForHours?: number | null;
  chunkSize?: number;
  chunkIntervalMs?: number;
  sendIntervalMs?: number;
}

export function toEdit(input: UpdateCampaignInput): CampaignEdit {
  const { name, messageTemplate, buttonText, scheduledFor, audience, pacing } = input;
  const edit: CampaignEdit = {
    name,
    messageTemplate: messageTemplate === undefined ? undefined : chooseTemplate(messageTemplate),
    buttonText,
    scheduledFor,
    notRemindedForHours: audience === null ? null : audience?.notRemindedForHours,
    chunkSize: pacing?.chunkSize ?? undefined,
    chunkIntervalMs: pacing?.chunkIntervalMs ?? undefined,
    sendIntervalMs: pacing?.sendIntervalMs ?? undefined,
  };
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
}

/** Whether the edit changes schedule or audience, which are fixed once the campaign has started. */
export function needsNotStarted({ scheduledFor, notRemindedForHours }: CampaignEdit): boolean {
  return scheduledFor !== undefined || notRemindedForHours !== undefined;
}

/** Explains the refusal of an edit by the campaign's state afterwards. */
export function explainEditRefusal(
  { id, status, plannedAt }: NotificationCampaign,
  edit: CampaignEdit,
): UserError {
  const refused = (message: string, ...field: string[]) =>
    userError(UserErrorCode.INVALID_STATE, `Campaign ${id} is ${status}; ${message}`, field);
  const { from } = TRANSITIONS.schedule;
  if (!EDITABLE_STATUSES.includes(status)) {
    return refused(`it can be changed when it is ${EDITABLE_STATUSES.join(' or ')}.`, 'id');
  }
  if (needsNotStarted(edit) && !from.includes(status)) {
    const property = edit.scheduledFor === undefined ? 'audience' : 'scheduledFor';
    return refused(`${property} can be changed when it is ${from.join(' or ')}.`, 'input', property);
  }
  if (edit.chunkSize !== undefined && plannedAt !== null) {
    const cut = 'its audience is in chunks already: chunkSize can be changed before that.';
    return refused(cut, 'input', 'pacing', 'chunkSize');
  }
  return refused('it was changed at the same time: try again.', 'id');
}
