import { createHash, timingSafeEqual } from 'node:crypto';
import { GraphQLError } from 'graphql';

export enum Role {
  ADMIN = 'ADMIN',
  VIEWER = 'VIEWER',
}

/** Who makes a request. */
export interface Identity {
  /** How the token is called, for logs and limits. */
  name: string;
  role: Role;
}

export interface TokenSettings {
  adminToken: string;
  viewerToken?: string | undefined;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Tells whose bearer token it is, in a time that depends on neither the token nor which one it equals. */
export class Authenticator {
  private readonly known: readonly { identity: Identity; digest: Buffer }[];

  constructor({ adminToken, viewerToken }: TokenSettings) {
    const known = [{ identity: { name: 'ADMIN_TOKEN', role: Role.ADMIN }, digest: digest(adminToken) }];
    if (viewerToken !== undefined) {
      known.push({ identity: { name: 'VIEWER_TOKEN', role: Role.VIEWER }, digest: digest(viewerToken) });
    }
    this.known = known;
  }

  /** @param header the value of an authorization header, `Bearer <token>` */
  identify(header: unknown): Identity | undefined {
    const token = typeof header === 'string' ? /^Bearer +(\S+) *$/i.exec(header)?.[1] : undefined;
    const presented = digest(token ?? '');
    const matches = this.known.map((candidate) => timingSafeEqual(candidate.digest, presented));
    return this.known.find((_, index) => matches[index])?.identity;
  }
}

export function unauthenticated(): GraphQLError {
  return new GraphQLError('Send a valid token in the authorization header: "Bearer <token>".', {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
  });
}

export function forbidden(): GraphQLError {
  return new GraphQLError('This token may not do that: it needs the role ADMIN.', {
    extensions: { code: 'FORBIDDEN' },
  });
}
