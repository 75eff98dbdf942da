import { DeliveryStatus } from './delivery.entity.js';

const { PENDING, SENDING, SENT, FAILED, SKIPPED, UNCONFIRMED } = DeliveryStatus;

interface DeliveryTransition {
  readonly from: readonly DeliveryStatus[];
  readonly to: DeliveryStatus;
}

/**
 * The whole lifecycle of a delivery. Set-based statements make its changes; a fault test refuses any that is not listed here,
 * and docs/diagrams.md is drawn from this table.
 */
export const DELIVERY_TRANSITIONS = {
  claim: { from: [PENDING], to: SENDING },
  // Also if the answer arrives after the delivery became UNCONFIRMED or was requeued.
  accepted: { from: [SENDING, UNCONFIRMED, PENDING], to: SENT },
  refused: { from: [SENDING], to: FAILED },
  'answer lost': { from: [SENDING], to: UNCONFIRMED },
  'not sent': { from: [SENDING], to: PENDING },
  'no longer wanted': { from: [PENDING], to: SKIPPED },
  'chunk quarantined': { from: [PENDING], to: FAILED },
  retry: { from: [FAILED, SKIPPED, UNCONFIRMED], to: PENDING },
} as const satisfies Readonly<Record<string, DeliveryTransition>>;
