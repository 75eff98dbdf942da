import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './errors.js';

/** What a process needs to know to join the server; the port is the one the server starts on again. */
export interface Connection {
  port: number;
  password: string;
}

const fileName = 'pollcast.json';

export async function readConnection(cluster: string): Promise<Connection> {
  const path = join(cluster, fileName);
  try {
    const { port, password } = JSON.parse(await readFile(path, 'utf8')) as Partial<Connection>;
    if (typeof port === 'number' && typeof password === 'string') return { port, password };
  } catch {
    // The sentence below says it; the text of the error might hold the password.
  }
  throw new EmbeddedPostgresError(
    `${path} cannot be read, so the password is unknown: restore it, or move ${cluster} away to start over.`,
  );
}

/** Replaces the file in one step, so that no reader ever sees a part of it. */
export async function writeConnection(cluster: string, connection: Connection): Promise<void> {
  const path = join(cluster, fileName);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(connection)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
