import { useContext, type ReactNode } from 'react';
import { useWords } from '../i18n.js';
import { useMay, ViewerContext, type Role } from '../viewer.js';

/** What a role may do; others are told that they may not. */
export function Only({ role, children }: { role: Role; children: ReactNode }) {
  const { t } = useWords();
  const may = useMay();
  if (useContext(ViewerContext) === undefined) return <p aria-busy>{t('app.loading')}</p>;
  return may(role) ? children : <p className="empty">{t('app.forbidden')}</p>;
}
