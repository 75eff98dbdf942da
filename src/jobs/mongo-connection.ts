import { MongoClient, MongoServerError } from 'mongodb';
import { ConnectionString } from 'mongodb-connection-string-url';
import { JobStorageUnavailable, type JobStorageFailure } from './job-storage.js';

/** Database for a URL that names none. */
const DEFAULT_DATABASE = 'pollcast';
/** How long an operation waits for a usable server, and for its answer. */
const SERVER_SELECTION_TIMEOUT_MS = 3000;
const SOCKET_TIMEOUT_MS = 5000;
/** Each process runs few operations at once; more would only queue up in the server. */
const POOL_SIZE = 20;
const AUTHENTICATION_CODES = [13, 18];

export interface MongoConnection {
  client: MongoClient;
  databaseName: string;
}

/**
 * Connects, and reconnects by itself.
 * @throws JobStorageUnavailable
 */
export async function connectMongo(url: string): Promise<MongoConnection> {
  const { hosts, databaseName } = parse(url);
  const client = create(url, hosts);
  try {
    await client.connect();
    await client.db(databaseName).command({ ping: 1 });
    return { client, databaseName };
  } catch (error) {
    await client.close();
    const denied = error instanceof MongoServerError && AUTHENTICATION_CODES.includes(Number(error.code));
    throw unavailable(denied ? 'denied' : 'unreachable', hosts, error);
  }
}

function parse(url: string): { hosts: string; databaseName: string } {
  try {
    const { hosts, pathname } = new ConnectionString(url);
    return {
      hosts: hosts.join(','),
      databaseName: decodeURIComponent(pathname.slice(1)) || DEFAULT_DATABASE,
    };
  } catch (error) {
    throw unavailable('wrong-url', '', error);
  }
}

function create(url: string, hosts: string): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'pollcast',
      serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
      socketTimeoutMS: SOCKET_TIMEOUT_MS,
      maxPoolSize: POOL_SIZE,
    });
  } catch (error) {
    throw unavailable('wrong-url', hosts, error);
  }
}

/** Hides the driver's own message, which may quote the URL with its password. */
function unavailable(failure: JobStorageFailure, hosts: string, error: unknown): JobStorageUnavailable {
  return new JobStorageUnavailable(failure, hosts, describeCode(error));
}

/** Code of the error or of its innermost cause, such as ECONNREFUSED, or else its name. */
function describeCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.cause instanceof Error) return describeCode(error.cause);
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
