import type { WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { CloseCode, makeServer, type Server, type ServerOptions } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/@fastify/websocket';
import type { Logger } from 'pino';
import { MAX_RESULT_BYTES, resultTooLarge } from '../../graphql/result-size.js';
import { isNestedTooDeeply } from '../json-bodies.js';
import type { SocketWatch } from './watch.js';

type Init = Record<string, unknown>;

/** How graphql-ws begins the message that acknowledges a client, and one with a result, whose id is captured. */
const ACKNOWLEDGEMENT = '{"type":"connection_ack"';
const RESULT = /^\{"id":("(?:[^"\\]|\\.)*"),"type":"next",/;

/** graphql-ws's message for a client that sent what only servers send; there is no code for it. */
const UNEXPECTED = 'Unexpected message of type ';

/** Replaces a result that is too large by an error. */
function withinLimit(data: string): string {
  // A UTF-16 unit takes three bytes at most.
  if (data.length * 3 <= MAX_RESULT_BYTES) return data;
  const bytes = Buffer.byteLength(data);
  const [, id] = RESULT.exec(data) ?? [];
  if (bytes <= MAX_RESULT_BYTES || id === undefined) return data;
  const { message, extensions } = resultTooLarge(bytes);
  const errors = [{ message, extensions: { code: extensions.code } }];
  return `{"id":${id},"type":"next","payload":${JSON.stringify({ errors })}}`;
}

/**
 * Binds WebSockets to the protocol server of graphql-ws. Its own binding for Fastify writes to the console, shows clients
 * the messages of internal errors, and accepts any number of messages.
 */
export class SocketServer<E extends Extra> {
  private readonly protocol: Server<Extra & Partial<E>>;

  constructor(
    options: ServerOptions<Init, Extra & Partial<E>>,
    private readonly watch: SocketWatch,
    private readonly logger: Logger,
  ) {
    this.protocol = makeServer(options);
  }

  serve(socket: WebSocket, request: FastifyRequest): void {
    this.watch.add(socket, request.ip);
    const closed = this.protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => this.send(socket, data),
        close: (code, reason) => {
          socket.close(code, reason);
        },
        onMessage: (listener) => {
          socket.on('message', (data: Buffer) => {
            if (!this.watch.takes(socket, data.length)) return;
            if (isNestedTooDeeply(data)) socket.close(CloseCode.BadRequest, 'Nested too deeply');
            else this.deal(socket, listener(data.toString()));
          });
        },
      },
      { socket, request } as Extra & Partial<E>,
    );
    socket.once('close', (code, reason) => {
      this.deal(socket, closed(code, reason.toString()));
    });
  }

  /** Settles when the data has left this process, so that a subscription waits for its reader. */
  private send(socket: WebSocket, data: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (socket.readyState !== socket.OPEN) {
        resolve();
        return;
      }
      if (data.startsWith(ACKNOWLEDGEMENT)) this.watch.admit(socket);
      socket.send(withinLimit(data), (error) => {
        this.watch.moved(socket);
        if (error && socket.readyState === socket.OPEN) reject(error);
        else resolve();
      });
    });
  }

  private deal(socket: WebSocket, dealt: void | Promise<void>): void {
    Promise.resolve(dealt).catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith(UNEXPECTED)) {
        socket.close(CloseCode.BadRequest, 'Invalid message received');
        return;
      }
      this.logger.error({ err: error }, 'a WebSocket message failed');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    });
  }
}
