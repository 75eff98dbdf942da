import type { CombinedError } from 'urql';
import { useWords, type MessageKey } from '../i18n.js';

/** Codes of a request that fails for a while only. */
const PASSING = ['DATABASE_UNAVAILABLE', 'RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'TOO_MUCH_UNREAD'] as const;

/** Codes whose sentence is the reader's; of others the server's is shown, in English. */
const SENTENCES: Record<string, MessageKey | undefined> = {
  DATABASE_UNAVAILABLE: 'failure.DATABASE_UNAVAILABLE',
  FORBIDDEN: 'app.forbidden',
  INTERNAL_SERVER_ERROR: 'failure.INTERNAL_SERVER_ERROR',
  RATE_LIMITED: 'failure.RATE_LIMITED',
  SERVICE_UNAVAILABLE: 'failure.SERVICE_UNAVAILABLE',
  TOO_MUCH_UNREAD: 'failure.TOO_MUCH_UNREAD',
};

function codesIn({ graphQLErrors }: CombinedError): string[] {
  return graphQLErrors.map(({ extensions }) => String(extensions.code));
}

/** Whether it is worth asking again before long. */
export function isPassing(error: CombinedError): boolean {
  const passing: readonly string[] = PASSING;
  return error.networkError !== undefined || codesIn(error).some((code) => passing.includes(code));
}

export function isForbidden(error: CombinedError): boolean {
  return codesIn(error).includes('FORBIDDEN');
}

/** @returns what says in the reader's language why a whole request failed */
export function useFailure(): (error: CombinedError) => string {
  const { t } = useWords();
  return (error) => {
    const sentences = error.graphQLErrors.map(({ message, extensions }) => {
      const key = SENTENCES[String(extensions.code)];
      return key === undefined ? message : t(key);
    });
    return [...new Set(sentences)].join(' ') || error.message;
  };
}
