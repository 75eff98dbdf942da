import type { WebSocket } from '@fastify/websocket';
import type { Logger } from 'pino';

const TICK_MS = 1000;
/** A client that subscribes to the 100 campaigns it may follow sends 101 messages at once. */
const MAX_MESSAGES_PER_TICK = 300;
/** Limit of all messages of a tick; one message may have 1 MiB. */
const MAX_BYTES_PER_TICK = 2 * 1024 * 1024;
/** Limit of all that comes before the token, which is all that a client needs to send. */
const MAX_BYTES_BEFORE_TOKEN = 16 * 1024;
/** No real result is as large. More only accumulates for a client that does not read. */
const MAX_UNREAD_BYTES = 1024 * 1024;
const MAX_TICKS_ABOVE = 5;
/** Ticks in which a client may read nothing of what waits for it. */
const MAX_TICKS_STILL = 30;
/** As in graphql-ws. A peer that vanished is noticed within twice that time. */
const PING_EVERY_TICKS = 12;
/** RFC 6455: a message that violates the policy of the server. */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;

interface Watched {
  address: string;
  isLetIn: boolean;
  messages: number;
  bytes: number;
  ticksAbove: number;
  ticksStill: number;
  moved: boolean;
  awaitsPong: boolean;
}

/** Closes WebSockets of clients that flood, do not read, or are gone. */
export class SocketWatch {
  private readonly watched = new Map<WebSocket, Watched>();
  private readonly timer: NodeJS.Timeout;
  private ticks = 0;

  constructor(private readonly logger: Logger) {
    this.timer = setInterval(() => {
      this.tick();
    }, TICK_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  add(socket: WebSocket, address: string): void {
    const state = {
      address,
      isLetIn: false,
      messages: 0,
      bytes: 0,
      ticksAbove: 0,
      ticksStill: 0,
      moved: false,
      awaitsPong: false,
    };
    this.watched.set(socket, state);
    socket.on('ping', (data: Buffer) => this.takes(socket, data.length));
    socket.on('pong', (data: Buffer) => {
      state.awaitsPong = false;
      this.takes(socket, data.length);
    });
    socket.once('close', () => this.watched.delete(socket));
  }

  /** Says that something has been written to the socket. */
  moved(socket: WebSocket): void {
    const state = this.watched.get(socket);
    if (state) state.moved = true;
  }

  /** Says that the client has shown a token. */
  admit(socket: WebSocket): void {
    const state = this.watched.get(socket);
    if (state) state.isLetIn = true;
  }

  /** Counts a message of the client. @returns whether it may be dealt with */
  takes(socket: WebSocket, bytes: number): boolean {
    const state = this.watched.get(socket);
    if (!state) return false;
    state.messages += 1;
    state.bytes += bytes;
    if (state.bytes > (state.isLetIn ? MAX_BYTES_PER_TICK : MAX_BYTES_BEFORE_TOKEN)) {
      this.shutOut(socket, MESSAGE_TOO_BIG, 'Too much data');
      return false;
    }
    if (state.messages > MAX_MESSAGES_PER_TICK) {
      this.shutOut(socket, POLICY_VIOLATION, 'Too many messages');
      return false;
    }
    // Stop reading from clients that don't read.
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.pause();
    return true;
  }

  /** What it still sends is not even read. */
  private shutOut(socket: WebSocket, code: number, reason: string): void {
    socket.close(code, reason);
    socket.pause();
  }

  private tick(): void {
    this.ticks += 1;
    for (const [socket, state] of this.watched) this.look(socket, state);
  }

  private look(socket: WebSocket, state: Watched): void {
    state.messages = 0;
    if (state.isLetIn) state.bytes = 0;
    const unread = socket.bufferedAmount;
    state.ticksAbove = unread > MAX_UNREAD_BYTES ? state.ticksAbove + 1 : 0;
    state.ticksStill = unread > 0 && !state.moved ? state.ticksStill + 1 : 0;
    state.moved = false;
    if (state.ticksAbove > MAX_TICKS_ABOVE || state.ticksStill > MAX_TICKS_STILL) {
      this.drop(socket, state, 'a WebSocket was dropped: its client does not read');
    } else if (this.ticks % PING_EVERY_TICKS === 0) {
      if (state.awaitsPong) this.drop(socket, state, 'a WebSocket was dropped: its client is gone');
      else this.ping(socket, state);
    }
    if (socket.isPaused && unread <= MAX_UNREAD_BYTES && socket.readyState === socket.OPEN) socket.resume();
  }

  private ping(socket: WebSocket, state: Watched): void {
    if (socket.readyState !== socket.OPEN) return;
    state.awaitsPong = true;
    socket.ping();
  }

  private drop(socket: WebSocket, { address }: Watched, message: string): void {
    this.logger.info({ address, unreadBytes: socket.bufferedAmount }, message);
    socket.terminate();
  }
}
