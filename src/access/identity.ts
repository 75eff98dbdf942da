import { registerEnumType } from 'type-graphql';
import { CodedError } from '../kernel/errors.js';

/** What a token may do. Each mutation declares the roles that may call it. */
export enum Role {
  ADMIN = 'ADMIN',
  OPERATOR = 'OPERATOR',
  VIEWER = 'VIEWER',
}

registerEnumType(Role, {
  name: 'Role',
  description: 'What a token may do.',
  valuesConfig: {
    ADMIN: { description: 'Everything.' },
    OPERATOR: {
      description: 'Create, change, try out, start, pause and resume campaigns, and what a viewer may.',
    },
    VIEWER: { description: 'Query and subscribe.' },
  },
});

/** The sender of a request. */
export interface Identity {
  /** How the token is called, for logs, limits and the audit log. */
  name: string;
  role: Role;
  /** Number of the token in the database; null for a token of the settings. */
  tokenId: string | null;
}

/** @param roles that would be allowed */
export function forbidden(roles: readonly Role[]): CodedError {
  return new CodedError('FORBIDDEN', `This token may not do that: it needs the role ${roles.join(' or ')}.`);
}
