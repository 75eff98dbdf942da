import {
  checkPerson,
  FileProblem,
  importLines,
  PEOPLE_COLUMNS,
  readLines,
  readPerson,
  type FileProblemCode,
  type ItemError,
  type Line,
  type LineProblem,
  type Person,
} from '@pollcast/people-file';

const PROBLEMS_KEPT = 500;
const SAMPLE_LENGTH = 5;

/** How far a run over a file is, and what came of it. */
export interface Run {
  state: 'running' | 'done' | 'stopped' | { code: FileProblemCode; column: string | undefined };
  /** Share of the file that was read, 0 to 1. */
  share: number;
  accepted: number;
  leftOut: number;
  /** The first of the lines that were left out. */
  problems: readonly LineProblem[];
  unknownColumns: readonly string[];
  sample: readonly Person[];
}

export interface RunOptions {
  /** Left out by a dry run. */
  send?: ((people: readonly Person[]) => Promise<readonly ItemError[]>) | undefined;
  onChange: (run: Run) => void;
  signal: AbortSignal;
}

async function* readChunks(file: File): AsyncGenerator<Uint8Array, void, void> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

function read({ line, cells }: Line): Person | LineProblem {
  const person = readPerson(cells);
  const [column] = checkPerson(person);
  return column === undefined ? person : { line, column, reason: '' };
}

/** Reads a file of people, sends them in batches if that is asked for, and tells after each of them how far it is. */
export async function runOver(file: File, { send, onChange, signal }: RunOptions): Promise<Run> {
  const { parse } = await import('csv-parse/browser/esm');
  const problems: LineProblem[] = [];
  let run: Run = {
    state: 'running',
    share: 0,
    accepted: 0,
    leftOut: 0,
    problems,
    unknownColumns: [],
    sample: [],
  };
  function become(change: Partial<Run>): void {
    run = { ...run, ...change };
    onChange(run);
  }
  const onProblem = (problem: LineProblem): void => {
    run = { ...run, leftOut: run.leftOut + 1 };
    if (problems.length < PROBLEMS_KEPT) problems.push(problem);
  };
  const lines = readLines(readChunks(file), {
    parse,
    columns: PEOPLE_COLUMNS,
    onProblem,
    onProgress: (bytes) => {
      run = { ...run, share: bytes / file.size };
    },
    onUnknownColumns: (unknownColumns) => {
      run = { ...run, unknownColumns };
    },
  });
  const kind = {
    read: (line: Line) => {
      const item = read(line);
      if ('id' in item && run.sample.length < SAMPLE_LENGTH) run = { ...run, sample: [...run.sample, item] };
      return item;
    },
    keyOf: ({ id }: Person) => id,
    send,
  };
  try {
    await importLines(lines, kind, {
      onProblem,
      onBatch: (accepted) => {
        become({ accepted: run.accepted + accepted });
        signal.throwIfAborted();
      },
    });
    become({ state: 'done', share: 1 });
  } catch (error) {
    if (error instanceof FileProblem) become({ state: { code: error.code, column: error.column } });
    else if (signal.aborted) become({ state: 'stopped' });
    else throw error;
  }
  return run;
}
