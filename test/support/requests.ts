import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createClient } from 'graphql-ws/client';
import WebSocket from 'ws';
import type { ApiDocument } from '../../src/cli/graphql.js';
import { ADMIN_TOKEN } from './app.js';

/** What is sent as it is: of any text and any variables. */
export interface Operation<Query extends string = string> {
  query: Query;
  variables?: Record<string, unknown>;
  operationName?: string;
}

export interface GraphQLFailure {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string };
}

export interface Answer<T> {
  data?: T | null;
  errors?: readonly GraphQLFailure[];
}

/** Text that is no document of the schema has data of no type. */
type DataOf<Query> = Query extends ApiDocument<infer Result, never> ? Result : Record<string, unknown>;

/** Sends one operation over HTTP. @param token null for none */
export async function overHttp<Query extends string>(
  url: string,
  operation: Operation<Query>,
  token: string | null = ADMIN_TOKEN,
): Promise<Answer<DataOf<Query>> & { status: number }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(operation),
  });
  return { status: response.status, ...((await response.json()) as Answer<DataOf<Query>>) };
}

/** Sends one operation over a WebSocket of its own. @returns its first result */
export async function overSocket<Query extends string>(
  url: string,
  operation: Operation<Query>,
  token: string = ADMIN_TOKEN,
): Promise<Answer<DataOf<Query>>> {
  const client = createClient({
    url: socketUrl(url),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  try {
    return await new Promise<Answer<DataOf<Query>>>((resolve, reject) => {
      client.subscribe<DataOf<Query>>(operation, {
        next: (result) => {
          resolve(result as Answer<DataOf<Query>>);
        },
        error: (error) => {
          if (Array.isArray(error)) resolve({ errors: error as GraphQLFailure[] });
          else reject(new Error('The connection broke.', { cause: error }));
        },
        complete: () => {
          reject(new Error('The operation was completed without a result.'));
        },
      });
    });
  } finally {
    await client.dispose();
  }
}

export const TRANSPORTS = [
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
] as const;

/** Opens a WebSocket and acknowledges nothing. @returns the code with which the server closes it */
export async function closeCode(url: string, connectionParams?: Record<string, unknown>): Promise<number> {
  const client = createClient({
    url: socketUrl(url),
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams,
    retryAttempts: 0,
    onNonLazyError: () => undefined,
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      client.on('connected', () => {
        reject(new Error('The server let the client in.'));
      });
      client.on('closed', (event) => {
        resolve((event as { code: number }).code);
      });
    });
  } finally {
    await client.dispose();
  }
}

/** The code of the first error of an answer. */
export function codeOf({ errors }: Answer<unknown>): string | undefined {
  return errors?.[0]?.extensions?.code;
}

export function socketUrl(url: string): string {
  return `${url.replace(/^http/, 'ws')}/graphql`;
}

/** A request whose body never comes to its end. */
export async function sendHalf(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head = `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n`;
  socket.write(`${head}{"query"`);
  socket.on('error', () => undefined);
  return socket;
}
