import { useWords } from '../i18n.js';

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export function Pager({
  of,
  goTo,
}: {
  of: PageInfo;
  goTo: (page: { after?: string | null; before?: string | null }) => void;
}) {
  const { t } = useWords();
  if (!of.hasNextPage && !of.hasPreviousPage) return null;
  return (
    <nav className="pager" aria-label={t('list.pages')}>
      <button
        type="button"
        disabled={!of.hasPreviousPage}
        onClick={() => {
          goTo({ before: of.startCursor });
        }}
      >
        {t('list.previous')}
      </button>
      <button
        type="button"
        disabled={!of.hasNextPage}
        onClick={() => {
          goTo({ after: of.endCursor });
        }}
      >
        {t('list.next')}
      </button>
    </nav>
  );
}
