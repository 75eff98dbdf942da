import type { ClientBase } from 'pg';

/** Pool options that prepare each connection before its first use. */
export interface SessionSettings {
  onConnect(client: ClientBase): Promise<unknown>;
}

/**
 * Settings that the code relies on and that a server, database or role may override: pg parses instants in ISO form only, and
 * migrations use standard strings. search_path is left to the operator. PgBouncer tracks these settings per client, also in
 * transaction mode.
 */
export const RELIED_ON = `
  SET datestyle = 'ISO, MDY'; SET timezone = 'UTC'; SET intervalstyle = 'postgres'; SET standard_conforming_strings = on
`;

/** Makes the server notice dead connections in less than its usual hours: they hold their locks until then. */
export const SERVER_GIVES_UP = `
  SET tcp_keepalives_idle = '10s'; SET tcp_keepalives_interval = '5s'; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = '25s'
`;

/** No transaction waits for anything but its own statements. A client that leaves one open is frozen or gone. */
const NO_IDLE_TRANSACTION = `SET idle_in_transaction_session_timeout = '10s'`;

const NO_KEPT_PLANS = 'SET plan_cache_mode = force_custom_plan';

/**
 * Plans are kept, and made so that they stay right however the tables grow: each row is reached by an index, as it is found by
 * keys from the row before.
 */
const KEPT_PLANS_BY_INDEX = `
  SET plan_cache_mode = force_generic_plan;
  SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off
`;

/**
 * Ends a long statement, and releases its locks, soon after its client has died. Not every platform of PostgreSQL supports
 * it.
 */
export const ENDS_WITH_CLIENT = `
  DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1s', false); EXCEPTION WHEN OTHERS THEN NULL; END $$
`;

/**
 * Settings of every connection of a pool. Set by statements, since the URL may use the connection's options itself, and a
 * pooler may refuse them.
 * @param statementTimeoutMs after which the server cancels a statement
 * @param more statements for this pool
 */
export function sessionSettings(statementTimeoutMs?: number, ...more: readonly string[]): SessionSettings {
  const settings = [RELIED_ON, SERVER_GIVES_UP, NO_IDLE_TRANSACTION, ...more];
  if (statementTimeoutMs !== undefined) settings.push(`SET statement_timeout = ${statementTimeoutMs}`);
  return { onConnect: (client) => client.query(settings.join(';')) };
}

/**
 * As sessionSettings, without cached plans: a plan made while a table was small scans all of it after it has grown. Planning
 * costs the server less than a millisecond.
 */
export function engineSession(statementTimeoutMs: number): SessionSettings {
  return sessionSettings(statementTimeoutMs, NO_KEPT_PLANS);
}

/** For statements that find a few rows by their keys, in a fraction of the time that it takes to plan them. */
export function keyedSession(statementTimeoutMs: number): SessionSettings {
  return sessionSettings(statementTimeoutMs, KEPT_PLANS_BY_INDEX);
}

/** Settings for connections through a pooler in transaction mode: others would leak to other clients. */
export function pooledSession(): SessionSettings {
  return { onConnect: (client) => client.query(RELIED_ON) };
}
