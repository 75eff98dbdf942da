import type { Socket } from 'node:net';
import { KeyCounter } from '../../kernel/key-counter.js';
import { requestError } from '../../graphql/errors.js';
import { addressKey } from '../../graphql/request-rates.js';

export interface SocketLimits {
  maxSockets: number;
  maxSocketsPerAddress: number;
}

/** Long enough that clients refused together do not all return at once. */
const RETRY_AFTER = { 'retry-after': '10' };

/** Limits the WebSockets of this process. They are counted before anything costly is done for them. */
export class SocketLimiter {
  private readonly admitted = new KeyCounter();

  constructor(private readonly limits: SocketLimits) {}

  /**
   * Counts a WebSocket until its connection is closed.
   * @throws TOO_MANY_SOCKETS, with status 503 when the process is full, 429 when only this address is
   */
  admit(address: string, connection: Socket): void {
    const key = addressKey(address);
    if (this.admitted.count(key) >= this.limits.maxSocketsPerAddress) {
      const message = `At most ${this.limits.maxSocketsPerAddress} WebSockets from one address: close one first.`;
      throw requestError('TOO_MANY_SOCKETS', message, { status: 429, headers: RETRY_AFTER });
    }
    if (this.admitted.total >= this.limits.maxSockets) {
      const message = 'This process holds as many WebSockets as it can: try again later.';
      throw requestError('TOO_MANY_SOCKETS', message, { status: 503, headers: RETRY_AFTER });
    }
    this.admitted.add(key);
    connection.once('close', () => {
      this.admitted.add(key, -1);
    });
  }
}
