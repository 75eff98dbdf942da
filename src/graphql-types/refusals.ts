import { Extensions } from 'type-graphql';
import type { UserErrorCode } from '../kernel/user-error.js';

/** Stands beside an operation: the codes that its userErrors can have, for docs/api.md. */
export function Refuses(...codes: UserErrorCode[]): ReturnType<typeof Extensions> {
  return Extensions({ refusals: codes });
}
