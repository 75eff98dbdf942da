import type { ReactNode } from 'react';
import type { Fresh } from '../api.js';
import { useWords } from '../i18n.js';

/** What stands in place of data: that it is on its way, or why it cannot be read. */
export function Answer<Data>({ of, children }: { of: Fresh<Data>; children: (data: Data) => ReactNode }) {
  const { t } = useWords();
  if (of.data) return children(of.data);
  if (!of.error || of.error.networkError)
    return (
      <p className="quiet" aria-busy>
        {t('app.loading')}
      </p>
    );
  if (of.error.graphQLErrors.some(({ extensions }) => extensions.code === 'FORBIDDEN'))
    return <p className="empty">{t('app.forbidden')}</p>;
  return (
    <p role="alert" className="problem">
      {t('app.failed', { message: of.error.graphQLErrors[0]?.message ?? of.error.message })}{' '}
      <button type="button" onClick={of.refetch}>
        {t('app.tryAgain')}
      </button>
    </p>
  );
}
