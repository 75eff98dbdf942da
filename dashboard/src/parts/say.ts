import { useWords } from '../i18n.js';
import type { ResultOf } from '../graphql.js';
import type { REFUSAL } from './fragments.js';

type UserError = Pick<ResultOf<typeof REFUSAL>, 'code' | 'message'>;

/**
 * @returns what says a userError in the reader's language. A code says what kind of error it is; where only the server
 * knows the rest, its English message follows.
 */
export function useSay(): (error: UserError) => string {
  const { t } = useWords();
  return ({ code, message }) => t(`refusal.${code}`, { message });
}
