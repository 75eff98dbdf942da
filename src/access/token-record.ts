import type { Role } from './identity.js';

/** The public part of a token. */
export interface TokenRecord {
  id: string;
  name: string;
  role: Role;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  state: 'valid' | 'expired' | 'revoked';
}
