import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/port.js';
import { waitFor } from '../../support/wait.js';

/** A FerretDB of the test's own, to be killed and brought back. */
export interface OwnFerretDb {
  url: string;
  /** Resolves when the server has ended, and so will not answer before it is started again. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Resolves when the server answers on its old address. */
  start(): Promise<void>;
  /** Stops the server for a while, or lets it go on: it keeps its connections and answers nothing. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Whatever a test has left: the server runs afterwards. */
  revive(): Promise<void>;
  remove(): Promise<void>;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise<boolean>((resolve) => {
    socket.on('connect', () => {
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  }).finally(() => socket.destroy());
}

/** @param program path of a FerretDB 1.24, as .ci/ferretdb has built it */
export async function startOwnFerretDb(program: string): Promise<OwnFerretDb> {
  const folder = await mkdtemp(join(tmpdir(), 'pollcast-ferretdb-'));
  const port = await freePort();
  const argv = [
    '--handler=sqlite',
    `--sqlite-url=file:${folder}/`,
    `--state-dir=${folder}`,
    '--telemetry=disable',
  ];
  argv.push(`--listen-addr=127.0.0.1:${port}`, '--debug-addr=-', '--log-level=ERROR');
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(program, argv, { env: { DO_NOT_TRACK: '1' }, stdio: 'ignore' });
    await waitFor('FerretDB to answer', () => answers(port));
  }

  const runs = () => child?.exitCode === null && child.signalCode === null;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child || !runs()) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  await start();
  return {
    url: `mongodb://127.0.0.1:${port}/`,
    start,
    end,
    signal: (signal) => child?.kill(signal),
    revive: async () => {
      if (runs()) child?.kill('SIGCONT');
      else await start();
    },
    remove: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
