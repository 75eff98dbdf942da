import { rows, type SqlExecutor } from '../database/rows.js';
import { needsNotStarted, type CampaignEdit } from './campaign-edit.js';
import { EDITABLE_STATUSES, TRANSITIONS } from './lifecycle.js';

/** Column of each editable property. */
const EDIT_COLUMNS: Readonly<Record<keyof CampaignEdit, string>> = {
  name: 'name',
  messageTemplate: 'message_template',
  buttonText: 'button_text',
  translations: 'translations',
  asksFirstQuestion: 'asks_first_question',
  scheduledFor: 'scheduled_for',
  notRemindedForHours: 'not_reminded_for_hours',
  chunkSize: 'chunk_size',
  chunkIntervalMs: 'chunk_interval_ms',
  sendIntervalMs: 'send_interval_ms',
};

/** :from are the statuses in which it is allowed, :to is the next one, if there is one. */
const changeContent = (edit: CampaignEdit): string => `
  UPDATE notification_campaign SET
    ${(Object.keys(edit) as (keyof CampaignEdit)[]).map((name) => `${EDIT_COLUMNS[name]} = :${name}`).join(', ')},
    status = coalesce(:to, status), content_version = content_version + 1
  WHERE id = :id AND status = ANY (:from) AND ${'chunkSize' in edit ? 'planned_at IS NULL' : 'true'}
  RETURNING id
`;

export class CampaignEditStore {
  constructor(private readonly sql: SqlExecutor) {}

  /**
   * Changes a campaign that is not running, and moves it between PENDING and SCHEDULED if its schedule changes.
   * @returns false if its status or its planning does not allow the change
   */
  async edit(id: string, edit: CampaignEdit): Promise<boolean> {
    const event = edit.scheduledFor === null ? 'unschedule' : 'schedule';
    const transition = edit.scheduledFor === undefined ? undefined : TRANSITIONS[event];
    const changed = await rows(this.sql, changeContent(edit), {
      ...edit,
      ...(edit.translations && { translations: JSON.stringify(edit.translations) }),
      id,
      to: transition?.to ?? null,
      from: transition?.from ?? (needsNotStarted(edit) ? TRANSITIONS.schedule.from : EDITABLE_STATUSES),
    });
    return changed.length > 0;
  }
}
