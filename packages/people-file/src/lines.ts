/** Longer than any line of people. */
const MAX_RECORD_CHARACTERS = 100_000;
/** The first line is looked for in so many characters. */
const MAX_HEAD_CHARACTERS = 65_536;
const SEPARATORS = [',', ';', '\t'] as const;

export type FileProblemCode = 'COLUMN_TWICE' | 'EMPTY' | 'INCOMPLETE' | 'NO_HEADER' | 'NOT_TEXT';

/** The file as a whole cannot be read. */
export class FileProblem extends Error {
  constructor(
    readonly code: FileProblemCode,
    message: string,
    /** The column it is about. */
    readonly column?: string,
  ) {
    super(message);
  }
}

/** A line that is left out. */
export interface LineProblem {
  line: number;
  column?: string | undefined;
  /** More cells than columns, or no CSV; left out for what its cells say. */
  code?: 'TOO_MANY_CELLS' | 'UNREADABLE';
  reason: string;
}

/** A line of the file; undefined for columns that it does not have. */
export interface Line {
  line: number;
  cells: Readonly<Record<string, string | undefined>>;
}

/** What is needed of csv-parse: its build for browsers has no more of a stream. */
interface Parser {
  write: (text: string) => boolean;
  read: () => unknown;
  end: () => unknown;
  on: (event: 'end' | 'error' | 'readable', listener: (error?: Error) => void) => unknown;
  once: (event: 'drain', listener: () => void) => unknown;
}

interface ParsedRecord {
  record: string[];
  info: { lines: number };
}

interface ParserError {
  lines?: number;
  message: string;
}

type Parse = (options: {
  delimiter: string;
  info: true;
  relax_column_count: true;
  skip_empty_lines: true;
  skip_records_with_error: true;
  max_record_size: number;
  on_skip: (error?: ParserError) => undefined;
}) => Parser;

export interface ReadOptions {
  /** `parse` of csv-parse. */
  parse: Parse;
  /** Names of the columns by how files call them, in small letters without anything between. The first is required. */
  columns: Readonly<Record<string, string>>;
  onProblem: (problem: LineProblem) => void;
  /** @param bytes read so far */
  onProgress?: (bytes: number) => void;
  /** @param names of the header that are not read */
  onUnknownColumns?: (names: string[]) => void;
}

/** UTF-8, or UTF-16 with a byte order mark, as some spreadsheets write it. */
async function* decode(
  bytes: AsyncIterable<Uint8Array>,
  onProgress: ReadOptions['onProgress'],
): AsyncGenerator<string, void, void> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let count = 0;
  for await (const chunk of bytes) {
    const isUtf16 = chunk[0] === 0xff && chunk[1] === 0xfe;
    decoder ??= new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true });
    count += chunk.length;
    onProgress?.(count);
    try {
      yield decoder.decode(chunk, { stream: true });
    } catch {
      throw new FileProblem('NOT_TEXT', 'The file is neither UTF-8 nor UTF-16: save it as "CSV UTF-8".');
    }
  }
  try {
    yield decoder?.decode() ?? '';
  } catch {
    throw new FileProblem('INCOMPLETE', 'The file ends in the middle of a letter: it is not complete.');
  }
}

/** The separator that the first line has most of, outside of quotes. */
function recogniseSeparator(head: string): string {
  const [firstLine = ''] = head.split(/\r?\n|\r/, 1);
  const plain = firstLine.replace(/"[^"]*"/g, '');
  const count = (separator: string) => plain.split(separator).length - 1;
  return [...SEPARATORS].sort((a, b) => count(b) - count(a))[0] ?? ',';
}

/** @returns what was read until the end of the first line */
async function readHead(text: AsyncGenerator<string, void, void>): Promise<string> {
  let head = '';
  while (!/[\r\n]/.test(head) && head.length <= MAX_HEAD_CHARACTERS) {
    const { value, done } = await text.next();
    if (done === true) break;
    head += value;
  }
  return head;
}

function columnKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** Names of the columns in the order of the file. @throws FileProblem if the first line is no header */
function readHeader(
  header: readonly string[],
  { columns, onUnknownColumns }: ReadOptions,
): (string | undefined)[] {
  const names = header.map((name) => columns[columnKey(name)]);
  const known = [...new Set(Object.values(columns))];
  const [required = 'id'] = known;
  if (!names.includes(required)) {
    const message = `The first line must name the columns, such as ${known.join(',')}; ${required} is missing in it.`;
    throw new FileProblem('NO_HEADER', message, required);
  }
  const twice = names.find((name, place) => name !== undefined && names.indexOf(name) < place);
  if (twice !== undefined)
    throw new FileProblem('COLUMN_TWICE', `The column ${twice} is in the first line twice.`, twice);
  const unknown = header.filter((name, place) => names[place] === undefined && name.trim() !== '');
  if (unknown.length > 0) onUnknownColumns?.(unknown);
  return names;
}

/** Takes the records of a text as fast as they are asked for. @throws what the text or the parser throws */
async function* takeRecords(
  parser: Parser,
  head: string,
  text: AsyncIterable<string>,
): AsyncGenerator<ParsedRecord, void, void> {
  const state: { isOver: boolean; failure?: Error | undefined; wake?: () => void; stop?: () => void } = {
    isOver: false,
  };
  const stopped = new Promise<void>((resolve) => (state.stop = resolve));
  function end(failure?: Error): void {
    state.failure ??= failure;
    state.isOver = true;
    state.wake?.();
  }
  async function write(part: string): Promise<void> {
    if (parser.write(part)) return;
    await Promise.race([stopped, new Promise<void>((resolve) => parser.once('drain', resolve))]);
  }
  async function feed(): Promise<void> {
    await write(head);
    for await (const part of text) {
      if (state.isOver) return;
      await write(part);
    }
    parser.end();
  }
  parser.on('readable', () => state.wake?.());
  parser.on('end', () => {
    end();
  });
  parser.on('error', end);
  feed().catch((error: unknown) => {
    end(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for (;;) {
      const next = parser.read() as ParsedRecord | null;
      if (next !== null) yield next;
      else if (state.isOver) break;
      else await new Promise<void>((resolve) => (state.wake = resolve));
    }
  } finally {
    state.isOver = true;
    state.stop?.();
  }
  if (state.failure) throw state.failure;
}

/**
 * Reads the lines of a CSV file one by one, in constant memory. Separator, encoding and header are recognised.
 * @throws FileProblem if the file as a whole cannot be read
 */
export async function* readLines(
  bytes: AsyncIterable<Uint8Array>,
  options: ReadOptions,
): AsyncGenerator<Line, void, void> {
  const text = decode(bytes, options.onProgress);
  const head = await readHead(text);
  const parser = options.parse({
    delimiter: recogniseSeparator(head),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    on_skip: (error) => {
      options.onProblem({ line: error?.lines ?? 0, code: 'UNREADABLE', reason: error?.message ?? '' });
      return undefined;
    },
  });
  let columns: (string | undefined)[] | undefined;
  for await (const { record, info } of takeRecords(parser, head, text)) {
    if (!columns) {
      columns = readHeader(record, options);
      continue;
    }
    if (record.length > columns.length && record.slice(columns.length).some((cell) => cell !== '')) {
      const reason = `has ${record.length} cells, and the first line names ${columns.length} columns`;
      options.onProblem({ line: info.lines, code: 'TOO_MANY_CELLS', reason });
      continue;
    }
    const cells = Object.fromEntries(columns.flatMap((name, place) => (name ? [[name, record[place]]] : [])));
    yield { line: info.lines, cells };
  }
  if (!columns) throw new FileProblem('EMPTY', 'The file is empty.');
}
