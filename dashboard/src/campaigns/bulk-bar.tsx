import { useState } from 'react';
import { useWords } from '../i18n.js';
import { Button } from '../parts/button.js';
import { useMay } from '../viewer.js';
import { BulkDialog } from './bulk-dialog.js';
import type { BulkEvent, Filter } from './bulk-run.js';
import './bulk.css';
import type { CampaignSelection } from './selection.js';

/** What is selected of the list, and what can be done with it. */
export function BulkBar({
  selection,
  shown,
  total,
  filter,
}: {
  selection: CampaignSelection;
  /** Number of campaigns on the page. */
  shown: number;
  /** Number of those that match the filter. */
  total: number;
  filter: Filter;
}) {
  const { t } = useWords();
  const may = useMay();
  const [event, ask] = useState<BulkEvent>();
  const { isAll, targets, chooseShown, chooseAll, clear } = selection;
  const count = isAll ? total : targets.length;
  const events: BulkEvent[] = may('ADMIN') ? ['pause', 'resume', 'cancel'] : ['pause', 'resume'];
  return (
    <div className="bulk" role="group" aria-label={t('bulk.label')}>
      <span className="count" role="status">
        {t(isAll ? 'bulk.allChosen' : 'bulk.count', { count })}
      </span>
      <button type="button" onClick={chooseShown}>
        {t('bulk.choosePage', { count: shown })}
      </button>
      {total > shown && (
        <button type="button" aria-pressed={isAll} onClick={chooseAll}>
          {t('bulk.chooseAll', { count: total })}
        </button>
      )}
      <span className="events">
        {events.map((one) => (
          <Button
            key={one}
            className={one === 'cancel' ? 'danger' : undefined}
            isOff={count === 0}
            onClick={() => {
              ask(one);
            }}
          >
            {t(`bulk.${one}`)}
          </Button>
        ))}
        <Button className="plain" isOff={count === 0} onClick={clear}>
          {t('bulk.clear')}
        </Button>
      </span>
      {event !== undefined && (
        <BulkDialog
          event={event}
          selection={selection}
          filter={filter}
          onClose={() => {
            ask(undefined);
          }}
        />
      )}
    </div>
  );
}
