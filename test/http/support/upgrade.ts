import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import WebSocket, { type ClientOptions } from 'ws';
import { ADMIN_TOKEN } from '../../support/app.js';
import { codeOf, socketUrl } from '../../support/requests.js';
import { waitFor } from '../../support/wait.js';

export interface Upgrade {
  /** The open socket; undefined when the server refused it. */
  socket: WebSocket | undefined;
  status: number;
  code: string | undefined;
  retryAfter: string | undefined;
}

async function refusal(response: IncomingMessage): Promise<Upgrade> {
  const body = JSON.parse(await text(response)) as object;
  return {
    socket: undefined,
    status: response.statusCode ?? 0,
    code: codeOf(body),
    retryAfter: response.headers['retry-after'],
  };
}

/** Asks for a WebSocket. @param options of ws, such as headers */
export function upgrade(url: string, options: ClientOptions = {}, path = ''): Promise<Upgrade> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${socketUrl(url)}${path}`, 'graphql-transport-ws', options);
    socket.once('open', () => {
      resolve({ socket, status: 101, code: undefined, retryAfter: undefined });
    });
    socket.once('unexpected-response', (_request, response) => {
      refusal(response).then(resolve, reject);
    });
    socket.on('error', reject);
  });
}

export function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once('close', resolve));
}

export interface Message {
  id?: string;
  type: string;
  payload?: unknown;
}

/** A socket that has been let in, with what has come over it; the array is live. */
export interface Connection {
  socket: WebSocket;
  messages: Message[];
}

export async function connect(
  url: string,
  token = ADMIN_TOKEN,
  options: ClientOptions = {},
): Promise<Connection> {
  const { socket } = await upgrade(url, options);
  if (!socket) throw new Error('The upgrade was refused.');
  const messages: Message[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  socket.send(initMessage(token));
  await waitFor('the acknowledgement', () => messages.find(({ type }) => type === 'connection_ack'));
  return { socket, messages };
}

export function initMessage(token = ADMIN_TOKEN): string {
  return JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
}

export function subscribeMessage(id: string, query: string, variables = {}): string {
  return JSON.stringify({ id, type: 'subscribe', payload: { query, variables } });
}
