import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { FileProblem, readLines, type Line, type ReadOptions } from '@pollcast/people-file';
import { parse } from 'csv-parse';
import { CommandFailure } from './failure.js';

/** @returns the size in bytes, undefined for standard input */
export async function sizeOfFile(path: string): Promise<number | undefined> {
  if (path === '-') return undefined;
  try {
    return (await stat(path)).size;
  } catch {
    throw new CommandFailure(`There is no file ${path}.`);
  }
}

async function* readBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* (path === '-' ? process.stdin : createReadStream(path)) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Lines of a CSV file, or of standard input. @throws CommandFailure if the file as a whole cannot be read */
export async function* readCsv(
  path: string,
  options: Omit<ReadOptions, 'parse'>,
): AsyncGenerator<Line, void, void> {
  try {
    yield* readLines(readBytes(path), { ...options, parse });
  } catch (error) {
    throw error instanceof FileProblem ? new CommandFailure(error.message) : error;
  }
}
