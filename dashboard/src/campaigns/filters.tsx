import { useWords } from '../i18n.js';
import { LAST_DAY } from '../parts/address.js';
import { ClearFilters } from '../parts/clear-filters.js';
import { SearchField } from '../parts/search-field.js';
import { STATUSES, type Status } from '../parts/status.js';
import { Toggles } from '../parts/toggles.js';
import { ORDERS, type ListPlace, type Order } from './list-address.js';

export function Filters({
  place: { address, isFiltered, change, clear },
  counts,
}: {
  place: ListPlace;
  counts: ReadonlyMap<Status, number>;
}) {
  const { t } = useWords();
  return (
    <search className="filters">
      <Toggles
        label={t('list.status')}
        values={STATUSES}
        words={(status) => t(`status.${status}`)}
        chosen={address.status}
        counts={counts}
        onChange={(status) => {
          change({ status });
        }}
      />
      <div className="fields">
        <SearchField
          label={t('list.search')}
          value={address.search}
          onChange={(search) => {
            change({ search });
          }}
        />
        {(['since', 'until'] as const).map((end) => (
          <label key={end}>
            {t(end === 'since' ? 'list.createdAfter' : 'list.createdBefore')}
            <input
              type="date"
              max={LAST_DAY}
              value={address[end]}
              onChange={(event) => {
                change({ [end]: event.target.value });
              }}
            />
          </label>
        ))}
        <label>
          {t('list.order')}
          <select
            value={address.order}
            onChange={(event) => {
              change({ order: event.target.value as Order });
            }}
          >
            {ORDERS.map((order) => (
              <option key={order} value={order}>
                {t(`order.${order}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={address.attention}
            onChange={(event) => {
              change({ attention: event.target.checked });
            }}
          />
          {t('list.attentionOnly')}
        </label>
        <ClearFilters isFiltered={isFiltered} clear={clear} />
      </div>
    </search>
  );
}
