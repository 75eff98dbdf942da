import { createContext, useContext } from 'react';

export type Role = 'VIEWER' | 'OPERATOR' | 'ADMIN';
const RANK: Readonly<Record<Role, number>> = { VIEWER: 0, OPERATOR: 1, ADMIN: 2 };

export interface Viewer {
  name: string;
  role: Role;
}

/** Nobody, until the API has answered who is signed in. */
export const ViewerContext = createContext<Viewer | undefined>(undefined);

/** @returns whether the signed-in user has a role, or one above it: what a role may not do is not offered */
export function useMay(): (role: Role) => boolean {
  const viewer = useContext(ViewerContext);
  return (role) => viewer !== undefined && RANK[viewer.role] >= RANK[role];
}
