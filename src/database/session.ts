import type { ClientBase } from 'pg';

/** For the options of a pool, which waits for it before a connection is used. */
export interface SessionSettings {
  onConnect(client: ClientBase): Promise<unknown>;
}

/** The server, too, must give up a silent connection in less than its usual hours: it holds its locks until then. */
export const SERVER_GIVES_UP = `
  SET tcp_keepalives_idle = '10s'; SET tcp_keepalives_interval = '5s'; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = '25s'
`;

/** No transaction waits for anything but its own statements: whoever leaves one open is frozen or lost. */
const NO_IDLE_TRANSACTION = `SET idle_in_transaction_session_timeout = '10s'`;

/**
 * What every connection of a pool begins with. By statements, not by the connection's options, which the URL may have
 * for itself and which a connection pooler in between may refuse.
 * @param statementTimeoutMs after which the server gives a statement up that its client has forgotten
 */
export function sessionSettings(statementTimeoutMs?: number): SessionSettings {
  const settings = [SERVER_GIVES_UP, NO_IDLE_TRANSACTION];
  if (statementTimeoutMs !== undefined) settings.push(`SET statement_timeout = ${statementTimeoutMs}`);
  return { onConnect: (client) => client.query(settings.join(';')) };
}
