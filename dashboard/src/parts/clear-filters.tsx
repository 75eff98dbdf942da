import { useWords } from '../i18n.js';
import { keepFocusNear } from './focus.js';

export function ClearFilters({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  const { t } = useWords();
  if (!isFiltered) return null;
  return (
    <button
      type="button"
      onClick={(event) => {
        keepFocusNear(event.currentTarget);
        clear();
      }}
    >
      {t('list.clear')}
    </button>
  );
}
