import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export const TEXT = 0x1;
const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** One masked frame as a client sends it; the arguments allow frames that no library would send. */
export function frame(
  opcode: number,
  payload: Buffer | string = '',
  { final = true, masked = true, reserved = 0 } = {},
): Buffer {
  const data = Buffer.from(payload);
  const first = (final ? 0x80 : 0) | reserved | opcode;
  const size = data.length < 126 ? [data.length] : [126, data.length >> 8, data.length & 0xff];
  const [short = 0, ...long] = size;
  if (!masked) return Buffer.concat([Buffer.from([first, short, ...long]), data]);
  const mask = randomBytes(4);
  const hidden = data.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([first, 0x80 | short, ...long]), mask, hidden]);
}

/** A WebSocket without a library in between, to send what no library would. */
export class RawSocket {
  private received = Buffer.alloc(0);
  /** The code in the server's close frame; 1006 when the connection ended without one. */
  readonly closeCode: Promise<number>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (data) => (this.received = Buffer.concat([this.received, data])));
    socket.on('error', () => undefined);
    this.closeCode = new Promise((resolve) => {
      socket.once('close', () => {
        resolve(this.codeReceived() ?? 1006);
      });
      socket.on('data', () => {
        const code = this.codeReceived();
        if (code === undefined) return;
        resolve(code);
        socket.destroy();
      });
    });
  }

  /** Opens a connection and upgrades it. */
  static async open(url: string): Promise<RawSocket> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname);
    const head = [
      'GET /graphql HTTP/1.1',
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (data) => {
        if (data.toString().startsWith('HTTP/1.1 101')) resolve();
        else reject(new Error(data.toString()));
      });
    });
    return new RawSocket(socket);
  }

  send(...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Walks over the frames of the server, which are not masked. */
  private codeReceived(): number | undefined {
    for (let at = 0; at + 2 <= this.received.length;) {
      const short = (this.received[at + 1] ?? 0) & 0x7f;
      const [head, length] = short < 126 ? [2, short] : [4, this.received.readUInt16BE(at + 2)];
      if (((this.received[at] ?? 0) & 0xf) === CLOSE && at + 4 <= this.received.length)
        return this.received.readUInt16BE(at + head);
      at += head + length;
    }
    return undefined;
  }
}
