import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOST = fileURLToPath(new URL('program-host.mjs', import.meta.url));
/** As many as the machines this runs on have cores. Each more has to become warm as well. */
const HOSTS = 2;

/** A process that runs programs beside each other. */
class ProgramHost {
  running = 0;
  /** It begins no other: it has ended, or holds on to a program that was cut off. */
  isUsedUp = false;
  private readonly child: ChildProcess;

  constructor() {
    const { PATH, HOME, TMPDIR } = process.env;
    this.child = fork(HOST, { execArgv: [], env: { PATH, HOME, TMPDIR } });
    // It ends with this process, and must not keep it from ending.
    this.child.unref();
    this.child.channel?.unref();
    this.child.on('message', ({ isCutOff }: { isCutOff: boolean }) => {
      this.running--;
      this.isUsedUp ||= isCutOff;
      if (this.isUsedUp && this.running === 0) this.end();
    });
    this.child.on('exit', () => (this.isUsedUp = true));
  }

  /** @param socket to the test, not read yet */
  run(socket: Socket): void {
    this.running++;
    this.child.send('run', socket);
  }

  end(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

/** The processes that run the programs of all tests: more than HOSTS only where each has `programsAtOnce` already. */
export class ProgramHosts {
  private hosts: ProgramHost[] = [];
  // Whatever a test sends is read by the process that runs the program.
  private readonly server = createServer({ pauseOnConnect: true }, (socket) => {
    this.host().run(socket);
  });

  private constructor(
    /** Of the socket at which the tests ask for a program. */
    readonly path: string,
    private readonly programsAtOnce: number,
  ) {
    this.server.unref();
  }

  static async listen(folder: string, programsAtOnce = Infinity): Promise<ProgramHosts> {
    const hosts = new ProgramHosts(join(folder, 'hosts.sock'), programsAtOnce);
    await once(hosts.server.listen(hosts.path), 'listening');
    return hosts;
  }

  close(): void {
    this.server.close();
    for (const host of this.hosts) host.end();
  }

  /** The one that has the least to do. */
  private host(): ProgramHost {
    this.hosts = this.hosts.filter(({ isUsedUp }) => !isUsedUp);
    const [idlest] = this.hosts.toSorted((one, other) => one.running - other.running);
    if (idlest && this.hosts.length >= HOSTS && idlest.running < this.programsAtOnce) return idlest;
    const host = new ProgramHost();
    this.hosts.push(host);
    return host;
  }
}
