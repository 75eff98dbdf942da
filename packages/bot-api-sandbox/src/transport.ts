import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyFault } from './fault-types.js';

const MAX_BODY_BYTES = 1_000_000;

/** @returns the body as text, or undefined when it is over 1 MB or the client has gone */
export function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      resolve(bytes > MAX_BODY_BYTES ? undefined : body.toString('utf8'));
    });
    request.on('error', () => {
      resolve(undefined);
    });
  });
}

export function sendBody(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

export function sendFaultyBody(response: ServerResponse, fault: BodyFault): void {
  const { status, contentType, headers, fillTo = 0, contentLength } = fault;
  const body = fault.body.padEnd(fillTo);
  response.strictContentLength = false;
  response.writeHead(status, {
    ...headers,
    'content-type': contentType,
    'content-length': contentLength ?? Buffer.byteLength(body),
  });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendBody(response, status, 'application/json', JSON.stringify(value));
}

/** Ends the connection with RST, which a client sees as ECONNRESET. */
export function resetConnection(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** Promises the whole body, gives half of it, and then closes the connection or leaves it silent. */
export function sendTruncated(response: ServerResponse, status: number, body: string, close: boolean): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  const half = Buffer.from(body).subarray(0, Math.floor(Buffer.byteLength(body) / 2));
  response.write(half, () => {
    if (close) response.socket?.destroy();
  });
}

/** Timers that end with the sandbox, so that a closed one holds no process. */
export class Delays {
  readonly #timers = new Set<NodeJS.Timeout>();

  run(ms: number, action: () => void): void {
    if (ms <= 0) {
      action();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
