import type { WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { CloseCode, makeServer, type Server, type ServerOptions } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/@fastify/websocket';
import type { Logger } from 'pino';
import type { SocketWatch } from './watch.js';

type Init = Record<string, unknown>;

/**
 * Binds WebSockets to the protocol server of graphql-ws. Its own binding for Fastify writes to the console, tells clients
 * the messages of internal errors, and takes any number of messages.
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
            if (this.watch.takes(socket)) this.deal(socket, listener(data.toString()));
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
      socket.send(data, (error) => {
        this.watch.moved(socket);
        if (error && socket.readyState === socket.OPEN) reject(error);
        else resolve();
      });
    });
  }

  private deal(socket: WebSocket, dealt: void | Promise<void>): void {
    Promise.resolve(dealt).catch((error: unknown) => {
      this.logger.error({ err: error }, 'a WebSocket message failed');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    });
  }
}
