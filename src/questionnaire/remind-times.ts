import { DateTime } from 'luxon';

const EVENING_HOUR = 19;
/** Later than this, the evening has begun. */
const LAST_OFFER_HOUR = 18;
const MORNING_HOUR = 9;

/** When somebody can be reminded again, by their own clock. */
export interface RemindTimes {
  /** Null once the evening has begun. */
  evening: Date | null;
  /** Of the next day. */
  morning: Date;
}

export function findRemindTimes(now: Date, timeZone: string): RemindTimes {
  const local = DateTime.fromJSDate(now, { zone: timeZone });
  const today = local.startOf('day');
  return {
    evening: local.hour < LAST_OFFER_HOUR ? today.set({ hour: EVENING_HOUR }).toJSDate() : null,
    morning: today.plus({ days: 1 }).set({ hour: MORNING_HOUR }).toJSDate(),
  };
}
