import { registerEnumType } from 'type-graphql';
import { DELIVERY_REASONS, type DeliveryReason } from '../campaigns/failure-codes.js';

/** Stored under an older name: renaming it there would rewrite large tables. */
const PUBLIC_NAMES: Partial<Record<DeliveryReason, string>> = { CHUNK_SET_ASIDE: 'CHUNK_QUARANTINED' };

/** The reasons by the names that the API gives them. */
export const PublicDeliveryReason: Readonly<Record<string, DeliveryReason>> = Object.fromEntries(
  DELIVERY_REASONS.map((reason) => [PUBLIC_NAMES[reason] ?? reason, reason]),
);

registerEnumType(PublicDeliveryReason, {
  name: 'DeliveryReason',
  description: 'Why a delivery is FAILED, SKIPPED or UNCONFIRMED. Closed list; docs/errors.md explains each.',
});
