import type { Logger } from 'pino';
import { oneRow } from './rows.js';
import { whileScarce } from './scarce.js';
import { UnfitDatabase } from './unfit-database.js';
import { WatchedConnection } from './watched-connection.js';

export interface PreflightOptions {
  /** URL through a pooler, if there is one. */
  url: string;
  /** URL past the pooler; the same as `url` without one. */
  directUrl: string;
  /** Maximum number of connections of the process. */
  connections: number;
  logger: Logger;
}

const MIN_VERSION = 15;

const SERVER = `
  SELECT pg_backend_pid() AS pid, current_setting('server_version_num')::integer / 10000 AS version, pg_is_in_recovery() AS "isStandby",
    pg_encoding_to_char(encoding) AS encoding, rolname AS role, current_database() AS database,
    nullif(rolconnlimit, -1) AS "roleLimit", nullif(datconnlimit, -1) AS "databaseLimit",
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
      AS "serverLimit"
  FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user
`;

interface Server {
  pid: number;
  version: number;
  isStandby: boolean;
  encoding: string;
  role: string;
  database: string;
  roleLimit: number | null;
  databaseLimit: number | null;
  serverLimit: number;
}

/** @returns a sentence with the problem of the server and its solution */
function findProblem(server: Server, connections: number): string | undefined {
  const { version, isStandby, encoding, role, database, roleLimit, databaseLimit, serverLimit } = server;
  if (version < MIN_VERSION)
    return `The database is PostgreSQL ${version}: PostgreSQL ${MIN_VERSION} or newer is needed.`;
  if (isStandby)
    return 'The database is a standby, which takes no changes: let DATABASE_URL name the primary server.';
  if (encoding !== 'UTF8') {
    return `The database "${database}" is encoded in ${encoding}, which has no room for all names: create one with ENCODING 'UTF8' TEMPLATE template0.`;
  }
  const limits: [number | null, string][] = [
    [roleLimit, `ALTER ROLE "${role}" CONNECTION LIMIT`],
    [databaseLimit, `ALTER DATABASE "${database}" CONNECTION LIMIT`],
    [serverLimit, 'max_connections'],
  ];
  const tight = limits.find(([limit]) => limit !== null && limit < connections);
  if (!tight) return undefined;
  return `The database allows ${tight[0]} connections, and a process takes up to ${connections}: raise ${tight[1]}, or set DATABASE_CONNECTIONS lower.`;
}

const PID = 'SELECT pg_backend_pid() AS pid';

async function readPid(connection: WatchedConnection): Promise<number | undefined> {
  return (await connection.query<{ pid: number }>(PID))[0]?.pid;
}

/**
 * Detects a pooler in transaction mode, such as PgBouncer's. While another client holds a transaction, the same connection is
 * then served by another backend, or both are served by one.
 */
async function isPooledByTransaction(first: WatchedConnection, second: WatchedConnection): Promise<boolean> {
  const before = await readPid(first);
  await second.query('BEGIN');
  try {
    if ((await readPid(second)) === before) return true;
    return (await readPid(first)) !== before;
  } finally {
    await second.query('ROLLBACK');
  }
}

async function withConnection<T>(
  url: string,
  logger: Logger,
  work: (connection: WatchedConnection) => Promise<T>,
): Promise<T> {
  const connection = await openSession(url, logger);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Opens the connection with which a process starts. Waits while the server has none left. */
export function openSession(url: string, logger?: Logger): Promise<WatchedConnection> {
  return whileScarce(() => WatchedConnection.open({ url, applicationName: 'pollcast start' }), logger);
}

const IDENTITY = `
  SELECT current_database() AS name, pg_postmaster_start_time()::text AS since
`;

/** @throws UnfitDatabase if the two URLs lead to different databases */
async function checkSame(pooled: WatchedConnection, direct: WatchedConnection): Promise<void> {
  const [one, other] = await Promise.all([pooled.query(IDENTITY), direct.query(IDENTITY)]);
  if (JSON.stringify(one) === JSON.stringify(other)) return;
  throw new UnfitDatabase(
    'DATABASE_URL and DATABASE_DIRECT_URL lead to different databases: let both name the same.',
  );
}

async function check(session: WatchedConnection, options: PreflightOptions): Promise<void> {
  const { url, directUrl, connections, logger } = options;
  const server = await oneRow<Server>(session, SERVER);
  // Only a pooler tells of another process than the one that answers. A second connection shows of which kind it is.
  const mayBePooled = server.pid !== session.announcedPid;
  if (
    mayBePooled &&
    (await withConnection(directUrl, logger, (other) => isPooledByTransaction(session, other)))
  ) {
    throw new UnfitDatabase(
      directUrl === url
        ? 'DATABASE_URL leads through a pooler in transaction mode, which keeps no session: set DATABASE_DIRECT_URL to the PostgreSQL behind it, or use session mode.'
        : 'DATABASE_DIRECT_URL leads through a pooler in transaction mode, too: let it name the PostgreSQL behind it.',
    );
  }
  const problem = findProblem(server, connections);
  if (problem !== undefined) throw new UnfitDatabase(problem);
  if (url !== directUrl) await withConnection(url, logger, (pooled) => checkSame(pooled, session));
}

/**
 * Checks that the database is usable before anything relies on it.
 * @returns a connection past the pooler, to go on with
 * @throws UnfitDatabase, or the error of connecting
 */
export async function preflight(options: PreflightOptions): Promise<WatchedConnection> {
  const session = await openSession(options.directUrl, options.logger);
  try {
    await check(session, options);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

const RIGHTS = `
  SELECT current_user AS role, current_schema() AS schema, current_database() AS database,
    has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate",
    has_database_privilege(current_database(), 'CREATE') AS "mayExtend",
    (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm') AS "extensionSchema",
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS "isAvailable",
    EXISTS (SELECT FROM pg_opclass WHERE opcname = 'gin_trgm_ops' AND pg_opclass_is_visible(oid)) AS "isVisible"
`;

interface Rights {
  role: string;
  schema: string | null;
  database: string;
  mayCreate: boolean | null;
  mayExtend: boolean;
  extensionSchema: string | null;
  isAvailable: boolean;
  isVisible: boolean;
}

function missingRight(rights: Rights): string | undefined {
  const { role, schema, database, mayCreate, mayExtend, extensionSchema, isAvailable, isVisible } = rights;
  if (schema === null)
    return `No schema of the search_path of role "${role}" exists: create one, or change it by ALTER ROLE "${role}" SET search_path.`;
  if (!mayCreate)
    return `Role "${role}" may not create tables in schema "${schema}": GRANT CREATE ON SCHEMA "${schema}" TO "${role}".`;
  if (isVisible) return undefined;
  if (extensionSchema !== null)
    return `The extension pg_trgm is in schema ${extensionSchema}, outside the search_path of role "${role}": add that schema to it.`;
  if (!isAvailable)
    return 'The PostgreSQL server lacks the extension pg_trgm: install its contrib package (postgresql-contrib).';
  if (!mayExtend)
    return `Role "${role}" may not create the extension pg_trgm: let a superuser run CREATE EXTENSION pg_trgm in database "${database}".`;
  return undefined;
}

/** Checks the rights that migrations need, before the first of them runs. @throws UnfitDatabase */
export async function checkRights(connection: WatchedConnection): Promise<void> {
  const missing = missingRight(await oneRow<Rights>(connection, RIGHTS));
  if (missing !== undefined) throw new UnfitDatabase(missing);
}
