import { TelegramUserStatus } from './telegram-user.entity.js';

/** Whether `person` may be reminded: reachable and not opted out. Supported by telegram_user_status_idx. */
export const MAY_BE_REMINDED = `person.status = 'ACTIVE' AND person.opted_out_at IS NULL`;

const UNREACHED = Object.values(TelegramUserStatus)
  .filter((status) => status !== TelegramUserStatus.ACTIVE && status !== TelegramUserStatus.OPTED_OUT)
  .map((status) => `'${status}'`)
  .join(', ');

/** Everybody else, each with the reason: the other statuses one by one, so that an index finds them. */
export const MAY_NOT_BE_REMINDED = `
  SELECT id, status AS reason FROM telegram_user WHERE opted_out_at IS NULL AND status IN (${UNREACHED})
  UNION ALL
  SELECT id, 'OPTED_OUT' FROM telegram_user WHERE opted_out_at IS NOT NULL`;

/** Status of `person` in the API. An opt-out outlives blocks, so it comes first. */
export const SHOWN_STATUS = `CASE WHEN person.opted_out_at IS NULL THEN person.status ELSE 'OPTED_OUT' END`;
