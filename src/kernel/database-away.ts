/** Codes of Node and SQLSTATEs for a database that cannot be reached or has no connection left. */
const CODES = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ],
  // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections, read_only_sql_transaction (after a failover)
  ...['57P01', '57P02', '57P03', '53300', '25006'],
]);
const CONNECTION_EXCEPTION = '08';

/** Errors of pg that have no code. */
const MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client was closed and is not queryable',
  'Client has encountered a connection error and is not queryable',
];

/** Whether the database could not be reached, so that a retry may succeed. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && (CODES.has(code) || code.startsWith(CONNECTION_EXCEPTION))) return true;
  if (MESSAGES.some((message) => error.message.startsWith(message))) return true;
  return driverError !== undefined && driverError !== error && isDatabaseAway(driverError);
}
