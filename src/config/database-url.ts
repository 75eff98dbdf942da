import { parse, toClientConfig } from 'pg-connection-string';

const EXAMPLE =
  'such as postgres://user:password@host:5432/name, or postgres://user@/name?host=/var/run/postgresql';
const ENCODE =
  'must have its user and password percent-encoded, such as %40 for @, %2F for /, %23 for #, %3F for ? and %25 for %';

/** @returns what is wrong with the URL of a PostgreSQL database, for a sentence that begins with the setting's name */
export function databaseUrlProblem(text: string): string | undefined {
  const [, authority, rest] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (authority === undefined || rest === undefined) return `must be a URL ${EXAMPLE}`;
  const [path = ''] = rest.split('?');
  const userInfo = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  // What comes before the last @ is cut off by the first of / ? #.
  const isCut = path.includes('@') || (rest.includes('@') && !authority.includes('@'));
  if (isCut || /%(?![0-9a-f]{2})/i.test(userInfo)) return ENCODE;
  try {
    toClientConfig(parse(text));
    return undefined;
  } catch (error) {
    // Such as the file of a certificate that cannot be read.
    const isFile = (error as NodeJS.ErrnoException).syscall !== undefined;
    return isFile
      ? `must name files that can be read: ${(error as Error).message}`
      : `must be a URL ${EXAMPLE}`;
  }
}

/** Where a database is, for messages: nothing secret is in it. */
export interface DatabasePlace {
  host: string;
  name: string;
  user: string;
}

export function databasePlace(url: string): DatabasePlace {
  const { host, port, database, user } = parse(url);
  const place = host ? host + (port ? `:${port}` : '') : 'localhost';
  return { host: place, name: database ?? '', user: user ?? '' };
}
