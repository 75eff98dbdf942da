// Runs the built program as often as it is asked to, without the second that a process takes to start.
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { runProgram } from '../../dist/program.js';
import { receiveLines, sendLine } from './json-lines.mjs';

process.setSourceMapsEnabled(true);
// Each program that runs listens. Node still warns if those that have ended go on listening, before a run of the tests is over.
process.setMaxListeners(200);

/** One run, for the test at the other end of a socket: hosted-program.ts. */
class HostedRun {
  signals = new EventEmitter();
  /** Written since the last turn of the event loop. */
  output = '';
  hasEnded = false;

  constructor(socket) {
    this.socket = socket;
    // The test writes to nobody then, and the program ends as without a terminal.
    socket.on('error', () => undefined).on('close', () => this.signals.emit('SIGTERM', 'SIGTERM'));
    receiveLines(socket, ({ program, signal }) => {
      if (program) void this.run(program);
      else this.signals.emit(signal, signal);
    });
  }

  async run({ argv, environment }) {
    const stream = new Writable({
      decodeStrings: false,
      write: (text, _encoding, done) => {
        this.write(String(text));
        done();
      },
    });
    const exit = (code) => this.end(code, true);
    const { signals } = this;
    const shell = { environment: () => environment, stdout: stream, stderr: stream, signals, exit };
    this.end(await runProgram(argv, shell), false);
  }

  write(text) {
    if (this.output === '') setImmediate(() => this.flush());
    this.output += text;
  }

  flush() {
    if (this.output !== '' && !this.hasEnded) sendLine(this.socket, { output: this.output });
    this.output = '';
  }

  /** @param isCutOff what it has not ended goes on as long as the process */
  end(code, isCutOff) {
    if (this.hasEnded) return;
    this.flush();
    this.hasEnded = true;
    sendLine(this.socket, { code });
    this.socket.end();
    process.send({ isCutOff });
  }
}

process.on('message', (_, socket) => new HostedRun(socket));
// The tests have ended.
process.on('disconnect', () => process.exit());
