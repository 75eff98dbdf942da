import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** Stands in for the name server of Docker's networks: answers every question with the addresses it was given. */
export interface NameServer {
  port: number;
  /** IPv4 addresses of the service, from the next question on. */
  addresses: string[];
  close(): void;
}

const HEADER_BYTES = 12;
const IS_ANSWER = 0x8180;
/** The name of the question, which begins right behind the header. */
const SAME_NAME = 0xc000 | HEADER_BYTES;

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(SAME_NAME, 0);
  record.writeUInt16BE(1, 2); // type A
  record.writeUInt16BE(1, 4); // class IN
  record.writeUInt32BE(600, 6); // s; Docker says ten minutes, whatever happens to the replicas
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return record;
}

/** Listens on 127.0.0.1 when this returns. */
export async function startNameServer(addresses: string[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: NameServer = {
    port: socket.address().port,
    addresses,
    close: () => {
      socket.close();
    },
  };
  socket.on('message', (question, from) => {
    const header = Buffer.from(question.subarray(0, HEADER_BYTES));
    header.writeUInt16BE(IS_ANSWER, 2);
    header.writeUInt16BE(server.addresses.length, 6);
    const records = server.addresses.map(addressRecord);
    socket.send(
      Buffer.concat([header, question.subarray(HEADER_BYTES), ...records]),
      from.port,
      from.address,
    );
  });
  return server;
}
