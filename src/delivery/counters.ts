import { isOneOf } from '../kernel/sql.js';
import { DELIVERY_STATUSES, DeliveryStatus } from './delivery.entity.js';

/** Who is pending follows from the others. */
const COUNTERS = [...new Set(Object.values(DELIVERY_STATUSES).map(({ counter }) => counter))].filter(
  (counter) => counter !== 'pending',
);

function isCounted(status: string, counter: string): string {
  const counted = Object.values(DeliveryStatus).filter((name) => DELIVERY_STATUSES[name].counter === counter);
  return isOneOf(status, counted);
}

/**
 * SQL of columns: by how much each counter changes with rows whose statuses change.
 * @param was SQL of the status before
 * @param became and after
 */
export function countChanges(was: string, became: string): string {
  return COUNTERS.map(
    (counter) =>
      `count(*) FILTER (WHERE ${isCounted(became, counter)}) - count(*) FILTER (WHERE ${isCounted(was, counter)}) AS ${counter}`,
  ).join(', ');
}

/** SQL of arguments of change_counters, from a relation `change` of such columns. */
export const CHANGES = COUNTERS.map((counter) => `${counter} => change.${counter}`).join(', ');
