/** What a wish is about that is whether the bot may write at all, in `heard_wish`: that is, a block or an unblock. */
export const ANY_MESSAGE = '-1';

/** Telegram keeps updates for a day; after a week without any, it starts numbering afresh. SQL. */
export const COMPARABLE = "interval '2 days'";
