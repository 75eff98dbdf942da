import { useRef } from 'react';
import { useWords } from '../i18n.js';
import { Button } from './button.js';

export interface PageInfo {
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
  const place = useRef<HTMLElement>(null);
  /** Goes to a page, which is read from its beginning. */
  function turn(page: Parameters<typeof goTo>[0]): void {
    goTo(page);
    place.current?.closest('section, main')?.scrollIntoView();
  }
  if (!of.hasNextPage && !of.hasPreviousPage) return null;
  return (
    <nav ref={place} className="pager" aria-label={t('list.pages')}>
      <Button
        isOff={!of.hasPreviousPage}
        onClick={() => {
          turn({ before: of.startCursor });
        }}
      >
        {t('list.previous')}
      </Button>
      <Button
        isOff={!of.hasNextPage}
        onClick={() => {
          turn({ after: of.endCursor });
        }}
      >
        {t('list.next')}
      </Button>
    </nav>
  );
}
