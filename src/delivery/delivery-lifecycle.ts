import { DeliveryStatus } from './delivery.entity.js';

const { PENDING, SENDING, SENT, FAILED, SKIPPED, UNCONFIRMED } = DeliveryStatus;

interface DeliveryTransition {
  readonly from: readonly DeliveryStatus[];
  readonly to: DeliveryStatus;
}

/**
 * The whole life of a delivery. Its changes are set-based statements, which docs/diagrams.md draws from this table and the
 * fault suite holds to it.
 */
export const DELIVERY_TRANSITIONS = {
  claim: { from: [PENDING], to: SENDING },
  // Also where the answer comes after the delivery was given up or requeued.
  accepted: { from: [SENDING, UNCONFIRMED, PENDING], to: SENT },
  refused: { from: [SENDING], to: FAILED },
  'answer lost': { from: [SENDING], to: UNCONFIRMED },
  'not sent': { from: [SENDING], to: PENDING },
  'no longer wanted': { from: [PENDING], to: SKIPPED },
  'chunk quarantined': { from: [PENDING], to: FAILED },
  retry: { from: [FAILED, SKIPPED, UNCONFIRMED], to: PENDING },
} as const satisfies Readonly<Record<string, DeliveryTransition>>;
