import type { ClientBase } from 'pg';

/** For the options of a pool, which waits for it before a connection is used. */
export interface SessionSettings {
  onConnect(client: ClientBase): Promise<unknown>;
}

/**
 * What the code relies on and a server, database or role may have set otherwise: pg reads instants in ISO form only, and
 * migrations write strings as the standard has them. search_path is the operator's. PgBouncer keeps these for each client
 * also when it lends connections out for one transaction.
 */
export const RELIED_ON = `
  SET datestyle = 'ISO, MDY'; SET timezone = 'UTC'; SET intervalstyle = 'postgres'; SET standard_conforming_strings = on
`;

/** The server, too, must give up a silent connection in less than its usual hours: it holds its locks until then. */
export const SERVER_GIVES_UP = `
  SET tcp_keepalives_idle = '10s'; SET tcp_keepalives_interval = '5s'; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = '25s'
`;

/** No transaction waits for anything but its own statements: whoever leaves one open is frozen or lost. */
const NO_IDLE_TRANSACTION = `SET idle_in_transaction_session_timeout = '10s'`;

const NO_KEPT_PLANS = 'SET plan_cache_mode = force_custom_plan';

/**
 * A statement that takes long ends soon after the process that has asked for it has died, and so do its locks. Not every
 * platform of PostgreSQL can do it.
 */
export const ENDS_WITH_CLIENT = `
  DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1s', false); EXCEPTION WHEN OTHERS THEN NULL; END $$
`;

/**
 * What every connection of a pool begins with. By statements, not by the connection's options, which the URL may have
 * for itself and which a connection pooler in between may refuse.
 * @param statementTimeoutMs after which the server gives a statement up that its client has forgotten
 * @param more statements for this pool
 */
export function sessionSettings(statementTimeoutMs?: number, ...more: readonly string[]): SessionSettings {
  const settings = [RELIED_ON, SERVER_GIVES_UP, NO_IDLE_TRANSACTION, ...more];
  if (statementTimeoutMs !== undefined) settings.push(`SET statement_timeout = ${statementTimeoutMs}`);
  return { onConnect: (client) => client.query(settings.join(';')) };
}

/**
 * As sessionSettings, for the engine's statements, which run again and again: a plan that is kept from when a table was small
 * reads all of it when it has grown. Planning takes less than a millisecond of the server.
 */
export function engineSession(statementTimeoutMs: number): SessionSettings {
  return sessionSettings(statementTimeoutMs, NO_KEPT_PLANS);
}

/** For connections through a pooler, which lends them out for one transaction: what else is set would reach other clients. */
export function pooledSession(): SessionSettings {
  return { onConnect: (client) => client.query(RELIED_ON) };
}
