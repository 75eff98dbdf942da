import type { Socket } from 'node:net';
import { turnedAway } from '../../graphql/errors.js';
import { addressKey } from '../../graphql/request-rates.js';

export interface SeatLimits {
  maxSockets: number;
  maxSocketsPerAddress: number;
}

/** Long enough for clients that were refused together not to come back together at once. */
const RETRY_AFTER = { 'retry-after': '10' };

/** The WebSockets that this process holds, counted before anything costly is done for one. */
export class Seats {
  private taken = 0;
  private readonly byAddress = new Map<string, number>();

  constructor(private readonly limits: SeatLimits) {}

  /**
   * Takes a seat until the connection is closed.
   * @throws TOO_MANY_SOCKETS, with status 503 when nobody gets one, and 429 when only this address does not
   */
  take(address: string, connection: Socket): void {
    const key = addressKey(address);
    const held = this.byAddress.get(key) ?? 0;
    if (held >= this.limits.maxSocketsPerAddress) {
      const message = `At most ${this.limits.maxSocketsPerAddress} WebSockets from one address: close one first.`;
      throw turnedAway('TOO_MANY_SOCKETS', message, { status: 429, headers: RETRY_AFTER });
    }
    if (this.taken >= this.limits.maxSockets) {
      const message = 'This process holds as many WebSockets as it can: try again later.';
      throw turnedAway('TOO_MANY_SOCKETS', message, { status: 503, headers: RETRY_AFTER });
    }
    this.taken += 1;
    this.byAddress.set(key, held + 1);
    connection.once('close', () => {
      this.leave(key);
    });
  }

  private leave(key: string): void {
    this.taken -= 1;
    const held = (this.byAddress.get(key) ?? 1) - 1;
    if (held === 0) this.byAddress.delete(key);
    else this.byAddress.set(key, held);
  }
}
