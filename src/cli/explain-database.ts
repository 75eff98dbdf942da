import { databasePlace } from '../config/database-url.js';
import { isScarce } from '../database/scarce.js';
import { CommandFailure, wrongSetting } from './failure.js';

const UNREACHABLE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
];
const UNKNOWN_AUTHORITY = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
];

/** @param code SQLSTATE or code of Node */
function sentenceFor(code: string, message: string, databaseUrl: string): string | undefined {
  const { host, name, user } = databasePlace(databaseUrl);
  if (UNKNOWN_AUTHORITY.includes(code)) {
    return `The certificate of the database at ${host} comes from an authority that is not known here: name the authority's file by sslmode=verify-full&sslrootcert=/path/ca.pem in DATABASE_URL.`;
  }
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of the database at ${host} is for another name: use the name that it was made for in DATABASE_URL.`;
    case 'CERT_HAS_EXPIRED':
      return `The certificate of the database at ${host} has expired: renew it there.`;
    case '28000':
      if (/no encryption|SSL off/i.test(message))
        return `The database at ${host} demands TLS: add sslmode=verify-full to DATABASE_URL.`;
      return `The database at ${host} does not admit user "${user}" from here: change its pg_hba.conf, or correct DATABASE_URL.`;
    case '28P01':
      return `The database at ${host} refuses the user or the password: correct DATABASE_URL.`;
    case '3D000':
      return `There is no database "${name}" at ${host}: create it, or correct DATABASE_URL.`;
    case '42501':
      return `User "${user}" lacks a right in database "${name}" (${message}): grant it, or use the user that ran the migrations.`;
    default:
      if (message.includes('does not support SSL'))
        return `The database at ${host} does not speak TLS: take sslmode out of DATABASE_URL, or switch TLS on there.`;
      return undefined;
  }
}

/** Explains why the configured database cannot be used. Its URL contains a password and is not shown. */
export function explainDatabase(
  error: Error & { code?: string },
  databaseUrl: string,
  connections: number,
): CommandFailure | undefined {
  const { code = '', message } = error;
  const { host } = databasePlace(databaseUrl);
  if (UNREACHABLE.includes(code) || message.includes('timeout expired')) {
    const reason = code || 'no answer';
    return new CommandFailure(
      `The database at ${host} cannot be reached (${reason}): start PostgreSQL there, or correct DATABASE_URL.`,
    );
  }
  if (isScarce(error)) {
    return wrongSetting(
      `The database at ${host} has no connection left: a process takes up to ${connections}. Raise max_connections or the limit of the role there, or set DATABASE_CONNECTIONS lower in all processes.`,
    );
  }
  const sentence = sentenceFor(code, message, databaseUrl);
  return sentence === undefined ? undefined : wrongSetting(sentence);
}
