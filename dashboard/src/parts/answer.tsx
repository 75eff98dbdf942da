import type { ReactNode } from 'react';
import type { Fresh } from '../api.js';
import { useWords } from '../i18n.js';
import { isForbidden, isPassing, useFailure } from './failure.js';

/** What stands in place of data: that it is on its way, or why it cannot be read. */
export function Answer<Data>({
  of: { data, error, refetch },
  children,
}: {
  of: Fresh<Data>;
  children: (data: Data) => ReactNode;
}) {
  const { t } = useWords();
  const describe = useFailure();
  if (data) return children(data);
  if (!error || error.networkError)
    return (
      <p className="quiet" aria-busy>
        {t('app.loading')}
      </p>
    );
  if (isForbidden(error)) return <p className="empty">{t('app.forbidden')}</p>;
  const message = t('app.failed', { message: describe(error) });
  if (isPassing(error))
    return (
      <p role="status" className="problem" aria-busy>
        {message} {t('app.askedAgain')}
      </p>
    );
  return (
    <p role="alert" className="problem">
      {message}{' '}
      <button type="button" onClick={refetch}>
        {t('app.tryAgain')}
      </button>
    </p>
  );
}
