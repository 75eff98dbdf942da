import { parse, toClientConfig } from 'pg-connection-string';

const EXAMPLE =
  'such as postgres://user:password@host:5432/name, or postgres://user@/name?host=/var/run/postgresql';
const ENCODE =
  'must have its user and password percent-encoded, such as %40 for @, %2F for /, %23 for #, %3F for ? and %25 for %';

/** @returns the problem of a PostgreSQL URL, for a sentence that begins with the name of the setting */
export function databaseUrlProblem(text: string): string | undefined {
  const [, authority, rest] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (authority === undefined || rest === undefined) return `must be a URL ${EXAMPLE}`;
  const [path = ''] = rest.split('?');
  const userInfo = authority.slice(0, Math.max(0, authority.lastIndexOf('@')));
  // An unencoded / ? or # in the password ends the authority before the @.
  const isCut = path.includes('@') || (rest.includes('@') && !authority.includes('@'));
  if (isCut || /%(?![0-9a-f]{2})/i.test(userInfo)) return ENCODE;
  try {
    toClientConfig(parse(text));
    return undefined;
  } catch (error) {
    // Such as a certificate file that cannot be read.
    const isFile = (error as NodeJS.ErrnoException).syscall !== undefined;
    return isFile
      ? `must name files that can be read: ${(error as Error).message}`
      : `must be a URL ${EXAMPLE}`;
  }
}

/** Location of a database for messages, without secrets. */
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
