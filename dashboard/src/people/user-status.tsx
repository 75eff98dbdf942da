import { useWords } from '../i18n.js';
import type { PersonRow } from './queries.js';

export function UserStatus({ of }: { of: PersonRow['status'] }) {
  const { t } = useWords();
  return <span className={`status ${of === 'ACTIVE' ? 'DONE' : of}`}>{t(`userStatus.${of}`)}</span>;
}
