import { userError, UserErrorCode, type UserError } from '../kernel/user-error.js';
import { toAudienceEdit, type StoredAudience } from './campaign-audience.types.js';
import { toTranslations } from './campaign-input.js';
import type { MessageTranslation, NotificationCampaign } from './campaign.entity.js';
import type { UpdateCampaignInput } from './campaign.types.js';
import { EDITABLE_STATUSES, TRANSITIONS } from './lifecycle.js';

/** New values of a campaign; absent ones stay. */
export interface CampaignEdit extends Partial<StoredAudience> {
  name?: string | null;
  messageTemplate?: string;
  buttonText?: string | null;
  translations?: MessageTranslation[];
  asksFirstQuestion?: boolean;
  scheduledFor?: Date | null;
  chunkSize?: number;
  chunkIntervalMs?: number;
  sendIntervalMs?: number;
}

/** @param defaultTemplate that of campaigns which name none */
export function toEdit(input: UpdateCampaignInput, defaultTemplate: string): CampaignEdit {
  const { name, messageTemplate, buttonText, translations, scheduledFor, audience, pacing } = input;
  const { asksFirstQuestion } = input;
  const edit: CampaignEdit = {
    name,
    messageTemplate: messageTemplate === null ? defaultTemplate : messageTemplate,
    buttonText,
    translations: translations === undefined ? undefined : toTranslations(translations),
    asksFirstQuestion: asksFirstQuestion === null ? false : asksFirstQuestion,
    scheduledFor,
    ...toAudienceEdit(audience),
    chunkSize: pacing?.chunkSize ?? undefined,
    chunkIntervalMs: pacing?.chunkIntervalMs ?? undefined,
    sendIntervalMs: pacing?.sendIntervalMs ?? undefined,
  };
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
}

/** Whether the edit changes what is fixed once the campaign has started. */
export function needsNotStarted(edit: CampaignEdit): boolean {
  return fixedAtStart(edit) !== undefined;
}

/** The first property of the edit that is fixed once the campaign has started. */
function fixedAtStart(edit: CampaignEdit): keyof UpdateCampaignInput | undefined {
  if (edit.scheduledFor !== undefined) return 'scheduledFor';
  const { notRemindedForHours, participation, groups } = edit;
  if ([notRemindedForHours, participation, groups].some((value) => value !== undefined)) return 'audience';
  return edit.asksFirstQuestion === undefined ? undefined : 'asksFirstQuestion';
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
  const property = fixedAtStart(edit);
  if (property && !from.includes(status)) {
    return refused(`${property} can be changed when it is ${from.join(' or ')}.`, 'input', property);
  }
  if (edit.chunkSize !== undefined && plannedAt !== null) {
    const cut = 'its audience is in chunks already: chunkSize can be changed before that.';
    return refused(cut, 'input', 'pacing', 'chunkSize');
  }
  return refused('it was changed at the same time: try again.', 'id');
}
