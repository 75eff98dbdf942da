import { useWords } from '../i18n.js';
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
  // A group of the address may have been forgotten meanwhile.
  const listed = address.group === '' || groups.includes(address.group) ? groups : [...groups, address.group];
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
        <label>
          {t('people.group')}
          <select
            value={address.group}
            onChange={(event) => {
              change({ group: event.target.value });
            }}
          >
            <option value="">{t('people.anyGroup')}</option>
            {listed.map((group) => (
              <option key={group}>{group}</option>
            ))}
          </select>
        </label>
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
        {isFiltered && (
          <button type="button" onClick={clear}>
            {t('list.clear')}
          </button>
        )}
      </div>
    </search>
  );
}
