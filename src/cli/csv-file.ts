import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { TextDecoder } from 'node:util';
import { parse } from 'csv-parse';
import { CommandFailure } from './failure.js';

/** Longer than any line of people. */
const MAX_RECORD_CHARACTERS = 100_000;
/** The first line is looked for in so many bytes. */
const MAX_HEAD_BYTES = 65_536;
const SEPARATORS = [',', ';', '\t'] as const;

export interface CsvProblem {
  line: number;
  column?: string | undefined;
  reason: string;
}

/** A line of the file; undefined for columns that it does not have. */
export interface CsvLine {
  line: number;
  cells: Readonly<Record<string, string | undefined>>;
}

export interface CsvOptions {
  /** Names of the columns by how files call them, in small letters without anything between. The first is required. */
  columns: Readonly<Record<string, string>>;
  /** For the sentence about a missing header. */
  example: string;
  onProblem: (problem: CsvProblem) => void;
  /** @param bytes read so far */
  onProgress: (bytes: number) => void;
  /** Of the header: columns that nothing is known of. */
  onUnknownColumns: (names: string[]) => void;
}

/** @returns the size in bytes, undefined for standard input */
export async function sizeOfFile(path: string): Promise<number | undefined> {
  if (path === '-') return undefined;
  try {
    return (await stat(path)).size;
  } catch {
    throw new CommandFailure(`There is no file ${path}.`);
  }
}

/** UTF-8, or UTF-16 with a byte order mark, as some spreadsheets write it. */
class Decoder extends Transform {
  private decoder: TextDecoder | undefined;
  private bytes = 0;

  constructor(private readonly onProgress: (bytes: number) => void) {
    super({ readableObjectMode: false, encoding: 'utf8' });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const isUtf16 = chunk[0] === 0xff && chunk[1] === 0xfe;
    this.decoder ??= new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true });
    this.bytes += chunk.length;
    this.onProgress(this.bytes);
    try {
      done(null, this.decoder.decode(chunk, { stream: true }));
    } catch {
      done(new CommandFailure('The file is neither UTF-8 nor UTF-16: save it as "CSV UTF-8".'));
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      done(null, this.decoder?.decode() ?? '');
    } catch {
      done(new CommandFailure('The file ends in the middle of a letter: it is not complete.'));
    }
  }
}

/** The separator that the first line has most of, outside of quotes. */
function recogniseSeparator(firstLine: string): string {
  const plain = firstLine.replace(/"[^"]*"/g, '');
  const count = (separator: string) => plain.split(separator).length - 1;
  return [...SEPARATORS].sort((a, b) => count(b) - count(a))[0] ?? ',';
}

/** Reads the first line without taking it from the stream. */
async function peekFirstLine(text: Readable): Promise<string> {
  let head = '';
  const parts: string[] = [];
  for await (const part of text.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    parts.push(part);
    head += part;
    if (/[\r\n]/.test(head) || head.length > MAX_HEAD_BYTES) break;
  }
  text.unshift(head);
  return head.split(/\r?\n|\r/, 1)[0] ?? '';
}

function columnKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** Names of the columns in the order of the file. @throws CommandFailure if the first line is no header */
function readHeader(header: readonly string[], options: CsvOptions): (string | undefined)[] {
  const names = header.map((name) => options.columns[columnKey(name)]);
  const required = Object.values(options.columns)[0];
  if (!names.includes(required)) {
    throw new CommandFailure(
      `The first line must name the columns, such as ${options.example}; ${required ?? 'id'} is missing in it.`,
    );
  }
  const twice = names.find((name, place) => name !== undefined && names.indexOf(name) < place);
  if (twice !== undefined) throw new CommandFailure(`The column ${twice} is in the first line twice.`);
  const unknown = header.filter((name, place) => names[place] === undefined && name.trim() !== '');
  if (unknown.length > 0) options.onUnknownColumns(unknown);
  return names;
}

interface ParserError {
  code?: string;
  lines?: number;
  message: string;
}

/** Reads the lines of a CSV file one by one, in constant memory. Separator, encoding and header are recognised. */
export async function* readCsv(path: string, options: CsvOptions): AsyncGenerator<CsvLine, void, void> {
  const bytes: Readable = path === '-' ? process.stdin : createReadStream(path);
  const text = new Decoder(options.onProgress);
  bytes.on('error', (error) => text.destroy(new CommandFailure(`${path} cannot be read: ${error.message}`)));
  bytes.pipe(text);
  const delimiter = recogniseSeparator(await peekFirstLine(text));
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    on_skip: (error) => {
      const { lines, message } = error as ParserError;
      options.onProblem({ line: lines ?? 0, reason: message });
      return undefined;
    },
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let columns: (string | undefined)[] | undefined;
  for await (const { record, info } of parser as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    if (!columns) {
      columns = readHeader(record, options);
      continue;
    }
    if (record.length > columns.length && record.slice(columns.length).some((cell) => cell !== '')) {
      const reason = `has ${record.length} cells, and the first line names ${columns.length} columns`;
      options.onProblem({ line: info.lines, reason });
      continue;
    }
    const cells = Object.fromEntries(columns.flatMap((name, place) => (name ? [[name, record[place]]] : [])));
    yield { line: info.lines, cells };
  }
  if (!columns) throw new CommandFailure('The file is empty.');
}
