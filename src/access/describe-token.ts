import { formatId, isRowId } from '../kernel/ids.js';

/** Detail for the audit log. A given name is checked first: it may be anything, also the token itself. */
export function describeToken(nameOrId: string, role?: string): string | null {
  if (!/^(?!pct_)[\w.-]{1,64}$/.test(nameOrId)) return null;
  const token = isRowId(nameOrId) ? formatId('token', nameOrId) : nameOrId;
  return `token: ${token}${role === undefined ? '' : `, role: ${role}`}`;
}
