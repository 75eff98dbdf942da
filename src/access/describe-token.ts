/** Detail for the audit log. A given name is checked first: it may be anything, also the token itself. */
export function describeToken(nameOrId: string, role?: string): string | null {
  if (!/^(?!pct_)[\w.-]{1,64}$/.test(nameOrId)) return null;
  return `token: ${nameOrId}${role === undefined ? '' : `, role: ${role}`}`;
}
