import ipaddr from 'ipaddr.js';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { turnedAway } from './errors.js';

export interface RequestRateSettings {
  perAddress: number;
  perToken: number;
}

const WINDOW_S = 60;

/** IPv6 is given out by the /64, so that whoever has one address has them all. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString();
}

/**
 * Requests a minute of one address and of one token: requests over HTTP, connects and operations over WebSockets all
 * count. Each process counts for itself.
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
    throw turnedAway('RATE_LIMITED', message, { status: 429, headers: { 'retry-after': String(seconds) } });
  }
}
