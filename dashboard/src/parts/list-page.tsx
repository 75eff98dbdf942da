import type { ReactNode } from 'react';
import type { Fresh } from '../api.js';
import { useWords } from '../i18n.js';
import type { Paging } from './address.js';
import { Answer } from './answer.js';
import { keepFocusNear } from './focus.js';
import { Pager, type PageInfo } from './pager.js';

/** The way out of a page that the address names, and the list does not have. */
function NoSuchPage({ place: { toFirst } }: { place: Paging }) {
  const { t } = useWords();
  return (
    <div className="empty" role="status">
      <p>{t('list.noSuchPage')}</p>
      <button
        type="button"
        onClick={(event) => {
          // The button goes with the page.
          keepFocusNear(event.currentTarget);
          toFirst();
        }}
      >
        {t('list.toFirst')}
      </button>
    </div>
  );
}

/** A list that is read by pages. A cursor may be of another order, or of a version before. */
export function ListAnswer<Data>({
  place,
  ...answer
}: {
  of: Fresh<Data>;
  place: Paging;
  children: (data: Data) => ReactNode;
}) {
  const { data, error } = answer.of;
  const isRefused =
    !data && error?.graphQLErrors.some(({ extensions }) => extensions.code === 'BAD_USER_INPUT');
  if (isRefused && !place.isFirst) return <NoSuchPage place={place} />;
  return <Answer {...answer} />;
}

/** The rows of a page, with the way to its neighbours. */
export function ListPage<Node>({
  of: { nodes, pageInfo },
  place,
  empty,
  children,
}: {
  of: { nodes: readonly Node[]; pageInfo: PageInfo };
  place: Paging;
  /** What stands in place of a list without any rows. */
  empty: ReactNode;
  children: (nodes: readonly Node[]) => ReactNode;
}) {
  if (nodes.length === 0) return place.isFirst ? empty : <NoSuchPage place={place} />;
  return (
    <>
      {children(nodes)}
      <Pager of={pageInfo} goTo={place.goTo} />
    </>
  );
}
