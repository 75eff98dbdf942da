import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { requestError } from './errors.js';

export interface RequestRateSettings {
  perAddress: number;
  perToken: number;
}

const WINDOW_S = 60;

/** IPv6 is assigned by /64, so a client that has one address has all of that network. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString();
}

/**
 * Limits requests per minute of each address and token. HTTP requests, WebSocket connects and operations all count. Each
 * process counts for itself.
 */
export class RequestRates {
  private readonly addresses: RateLimiterMemory;
  private readonly tokens: RateLimiterMemory;

  constructor({ perAddress, perToken }: RequestRateSettings) {
    this.addresses = new RateLimiterMemory({ points: perAddress, duration: WINDOW_S });
    this.tokens = new RateLimiterMemory({ points: perToken, duration: WINDOW_S });
  }

  /** @throws RATE_LIMITED */
  async countAddress(address: string): Promise<void> {
    await count(this.addresses, addressKey(address), 'address');
  }

  /** @throws RATE_LIMITED */
  async countToken(name: string): Promise<void> {
    await count(this.tokens, name, 'token');
  }
}

async function count(limiter: RateLimiterMemory, key: string, whose: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    const message = `Too many requests from this ${whose}: try again in ${seconds} s.`;
    throw requestError('RATE_LIMITED', message, { status: 429, headers: { 'retry-after': String(seconds) } });
  }
}
