import { useWords } from '../i18n.js';
import { ClearFilters } from '../parts/clear-filters.js';
import { GroupFilter } from '../parts/group-filter.js';
import { SearchField } from '../parts/search-field.js';
import { Toggles } from '../parts/toggles.js';
import { USER_STATUSES } from '../parts/user-status.js';
import { PEOPLE_ORDERS, type PeoplePlace } from './people-address.js';

export function PeopleFilters({
  place: { address, isFiltered, change, clear },
  groups,
}: {
  place: PeoplePlace;
  groups: readonly string[];
}) {
  const { t } = useWords();
  return (
    <search className="filters">
      <Toggles
        label={t('list.status')}
        values={USER_STATUSES}
        words={(status) => t(`userStatus.${status}`)}
        chosen={address.status}
        onChange={(status) => {
          change({ status });
        }}
      />
      <div className="fields">
        <SearchField
          label={t('people.search')}
          value={address.search}
          onChange={(search) => {
            change({ search });
          }}
        />
        <GroupFilter
          value={address.group}
          groups={groups}
          onChange={(group) => {
            change({ group });
          }}
        />
        <label>
          {t('list.order')}
          <select
            value={address.order}
            onChange={(event) => {
              change({ order: event.target.value as (typeof PEOPLE_ORDERS)[number] });
            }}
          >
            {PEOPLE_ORDERS.map((order) => (
              <option key={order} value={order}>
                {t(`people.order.${order}`)}
              </option>
            ))}
          </select>
        </label>
        <ClearFilters isFiltered={isFiltered} clear={clear} />
      </div>
    </search>
  );
}
