import { rows, type SqlExecutor, type TransactionalSql } from '../database/rows.js';
import { nameGroups } from '../groups/group.store.js';
import { needsNotStarted, type CampaignEdit } from './campaign-edit.js';
import { EDITABLE_STATUSES, TRANSITIONS } from './lifecycle.js';

/** Column of each editable property. */
const EDIT_COLUMNS: Readonly<Record<Exclude<keyof CampaignEdit, 'groups'>, string>> = {
  name: 'name',
  messageTemplate: 'message_template',
  buttonText: 'button_text',
  translations: 'translations',
  asksFirstQuestion: 'asks_first_question',
  scheduledFor: 'scheduled_for',
  notRemindedForHours: 'not_reminded_for_hours',
  participation: 'participation',
  chunkSize: 'chunk_size',
  chunkIntervalMs: 'chunk_interval_ms',
  sendIntervalMs: 'send_interval_ms',
};

/** :from are the statuses in which it is allowed, :to is the next one, if there is one. */
const changeContent = (edit: Omit<CampaignEdit, 'groups'>): string => `
  UPDATE notification_campaign SET
    ${(Object.keys(edit) as (keyof typeof edit)[]).map((name) => `${EDIT_COLUMNS[name]} = :${name}, `).join('')}
    status = coalesce(:to, status), content_version = content_version + 1
  WHERE id = :id AND status = ANY (:from) AND ${'chunkSize' in edit ? 'planned_at IS NULL' : 'true'}
  RETURNING id
`;

export class CampaignEditStore {
  constructor(private readonly sql: TransactionalSql) {}

  /**
   * Changes a campaign that is not running, and moves it between PENDING and SCHEDULED if its schedule changes.
   * @returns false if its status or its planning does not allow the change
   */
  async edit(id: string, edit: CampaignEdit): Promise<boolean> {
    const event = edit.scheduledFor === null ? 'unschedule' : 'schedule';
    const transition = edit.scheduledFor === undefined ? undefined : TRANSITIONS[event];
    const { groups, ...columns } = edit;
    const change = async (sql: SqlExecutor) => {
      const changed = await rows(sql, changeContent(columns), {
        ...columns,
        ...(edit.translations && { translations: JSON.stringify(edit.translations) }),
        id,
        to: transition?.to ?? null,
        from: transition?.from ?? (needsNotStarted(edit) ? TRANSITIONS.schedule.from : EDITABLE_STATUSES),
      });
      if (changed.length > 0 && groups) await nameGroups(sql, 'campaign_group', id, groups);
      return changed.length > 0;
    };
    return groups ? this.sql.transaction(change) : change(this.sql);
  }
}
