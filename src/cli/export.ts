import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { connectApi } from './api-connection.js';
import type { CommandContext } from './shell.js';

export interface ExportOptions {
  output?: string;
}

/** Writes an export to standard output or a file, over the API like any other client. */
export async function exportCommand(
  { settings, interruption }: CommandContext,
  stdout: NodeJS.WritableStream,
  [kind, id]: [kind: string, id: string],
  { output }: ExportOptions,
): Promise<void> {
  const api = connectApi(settings);
  const target = output === undefined ? stdout : createWriteStream(output);
  const content = await api.export(kind, id);
  const source = Readable.fromWeb(content as ReadableStream<Uint8Array>);
  await interruption.orElse(pipeline(source, target, { end: output !== undefined }));
}
