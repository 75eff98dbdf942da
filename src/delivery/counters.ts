import { isOneOf } from '../kernel/sql.js';
import { DELIVERY_STATUSES, DeliveryStatus } from './delivery.entity.js';

/** The counters besides `pending`, which follows from them. */
const COUNTERS = [...new Set(Object.values(DELIVERY_STATUSES).map(({ counter }) => counter))].filter(
  (counter) => counter !== 'pending',
);

function isCounted(status: string, counter: string): string {
  const counted = Object.values(DeliveryStatus).filter((name) => DELIVERY_STATUSES[name].counter === counter);
  return isOneOf(status, counted);
}

/**
 * SQL of columns with the change of each counter, for rows whose statuses change.
 * @param was SQL of the status before
 * @param became SQL of the status after
 */
export function countChanges(was: string, became: string): string {
  return COUNTERS.map(
    (counter) =>
      `count(*) FILTER (WHERE ${isCounted(became, counter)}) - count(*) FILTER (WHERE ${isCounted(was, counter)}) AS ${counter}`,
  ).join(', ');
}

/** SQL of arguments of change_counters, from a relation `change` of such columns. */
export const CHANGES = COUNTERS.map((counter) => `${counter} => change.${counter}`).join(', ');
