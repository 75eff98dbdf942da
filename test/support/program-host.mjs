// Runs the built program as often as it is asked to, without the second that a process takes to start.
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { runProgram } from '../../dist/program.js';

process.setSourceMapsEnabled(true);
// Each program that serves listens. More than scenarios side by side have would be those of programs that have ended.
process.setMaxListeners(40);

/** What gives each running program its signals. */
const signals = new Map();

function outputOf(id) {
  return new Writable({
    decodeStrings: false,
    write(text, _encoding, done) {
      process.send({ id, output: String(text) });
      done();
    },
  });
}

async function run(id, { argv, environment }) {
  const source = new EventEmitter();
  signals.set(id, source);
  const output = outputOf(id);
  const end = (code, isCutOff) => {
    if (signals.delete(id)) process.send({ id, code, isCutOff });
  };
  const exit = (code) => end(code, true);
  const shell = { environment: () => environment, stdout: output, stderr: output, signals: source, exit };
  end(await runProgram(argv, shell), false);
}

process.on('message', ({ id, program, signal }) => {
  if (program) void run(id, program);
  else signals.get(id)?.emit(signal, signal);
});
// The tests have ended.
process.on('disconnect', () => process.exit());
