/** Whether `person` may be reminded: reachable and not opted out. Supported by telegram_user_status_idx. */
export const MAY_BE_REMINDED = `person.status = 'ACTIVE' AND person.opted_out_at IS NULL`;

/** Status of `person` in the API. An opt-out outlives blocks, so it comes first. */
export const SHOWN_STATUS = `CASE WHEN person.opted_out_at IS NULL THEN person.status ELSE 'OPTED_OUT' END`;
