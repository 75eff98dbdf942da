/** Whether `person` may be reminded: the bot reaches them, and they want it. Served by telegram_user_status_idx. */
export const MAY_BE_REMINDED = `person.status = 'ACTIVE' AND person.opted_out_at IS NULL`;

/** The status of `person` that the API shows. An opt-out outlives blocks, so it is a fact of its own and comes first. */
export const SHOWN_STATUS = `CASE WHEN person.opted_out_at IS NULL THEN person.status ELSE 'OPTED_OUT' END`;
