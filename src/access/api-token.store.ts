import { rows, type SqlExecutor } from '../database/rows.js';
import type { Role } from './identity.js';
import type { TokenRecord } from './token-record.js';

/** Whether a token is valid now. */
const VALID = 'revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())';

/** Runs for every request: one probe of the index api_token_hash_key. */
const FIND_VALID = `SELECT id, name, role FROM api_token WHERE token_hash = $1 AND ${VALID}`;

const RECORD_USE = 'UPDATE api_token SET last_used_at = clock_timestamp() WHERE id = $1';

const VALID_AMONG = `SELECT id FROM api_token WHERE id = ANY ($1) AND ${VALID}`;

const COLUMNS = `
  id, name, role, created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt",
  last_used_at AS "lastUsedAt",
  CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN ${VALID} THEN 'valid' ELSE 'expired' END AS state
`;

/** It expires at $5, else after $4 milliseconds. */
const INSERT = `
  INSERT INTO api_token (name, role, token_hash, expires_at)
  VALUES ($1, $2, $3, coalesce($5, clock_timestamp() + $4::double precision * interval '1 millisecond'))
  ON CONFLICT (name) DO NOTHING RETURNING ${COLUMNS}
`;

const LIST = `SELECT ${COLUMNS} FROM api_token ORDER BY api_token.id`;

const FIND_BY_ID = `SELECT ${COLUMNS} FROM api_token WHERE id = $1`;

const FIND_MANY = `SELECT ${COLUMNS} FROM api_token WHERE id = ANY ($1)`;

const FIND_BY_NAME = `SELECT ${COLUMNS} FROM api_token WHERE name = $1`;

const REVOKE = `
  UPDATE api_token SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}
`;

export interface NewToken {
  name: string;
  role: Role;
  hash: Buffer;
  /** Null for a token that does not expire. */
  lifetimeMs: number | null;
  /** Instead of a lifetime. */
  expiresAt: Date | null;
}

export type ValidToken = Pick<TokenRecord, 'id' | 'name' | 'role'>;

export class ApiTokenStore {
  constructor(private readonly sql: SqlExecutor) {}

  async findValid(hash: Buffer): Promise<ValidToken | undefined> {
    const [token] = await rows<ValidToken>(this.sql, FIND_VALID, [hash]);
    return token;
  }

  async recordUse(id: string): Promise<void> {
    await this.sql.query(RECORD_USE, [id]);
  }

  /** Those of the tokens that are still a way in. */
  async validAmong(ids: readonly string[]): Promise<string[]> {
    return (await rows<{ id: string }>(this.sql, VALID_AMONG, [ids])).map(({ id }) => id);
  }

  /** @returns undefined when the name is taken */
  async insert({ name, role, hash, lifetimeMs, expiresAt }: NewToken): Promise<TokenRecord | undefined> {
    const [token] = await rows<TokenRecord>(this.sql, INSERT, [name, role, hash, lifetimeMs, expiresAt]);
    return token;
  }

  list(): Promise<TokenRecord[]> {
    return rows(this.sql, LIST);
  }

  findMany(ids: readonly string[]): Promise<TokenRecord[]> {
    return rows(this.sql, FIND_MANY, [ids]);
  }

  async find(by: { id: string } | { name: string }): Promise<TokenRecord | undefined> {
    const [token] =
      'id' in by
        ? await rows<TokenRecord>(this.sql, FIND_BY_ID, [by.id])
        : await rows<TokenRecord>(this.sql, FIND_BY_NAME, [by.name]);
    return token;
  }

  /** @returns undefined when it was revoked before */
  async revoke(id: string): Promise<TokenRecord | undefined> {
    const [token] = await rows<TokenRecord>(this.sql, REVOKE, [id]);
    return token;
  }
}
