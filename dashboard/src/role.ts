import { createContext, useContext } from 'react';

export type Role = 'VIEWER' | 'OPERATOR' | 'ADMIN';

const RANKS: Readonly<Record<Role, number>> = { VIEWER: 0, OPERATOR: 1, ADMIN: 2 };

/** Of the token; undefined until the API has said it, when nothing that needs a role is offered. */
export const RoleContext = createContext<Role | undefined>(undefined);

export function useMay(): (needed: Role) => boolean {
  const role = useContext(RoleContext);
  return (needed) => role !== undefined && RANKS[role] >= RANKS[needed];
}
