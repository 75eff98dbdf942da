import { useWords } from '../i18n.js';
import type { Place } from '../parts/address.js';
import { SearchField } from '../parts/search-field.js';
import { Toggles } from '../parts/toggles.js';
import { USER_STATUSES } from '../parts/user-status.js';
import { isFiltered, PARTICIPATIONS, type ParticipantAddress } from './participants-address.js';

export function ParticipantFilters({
  place: { address, change, clear },
  groups,
}: {
  place: Place<ParticipantAddress>;
  groups: readonly string[];
}) {
  const { t } = useWords();
  // A group of the address may have been forgotten meanwhile.
  const listed = address.group === '' || groups.includes(address.group) ? groups : [...groups, address.group];
  return (
    <search className="filters">
      <Toggles
        label={t('polls.participation')}
        values={PARTICIPATIONS}
        words={(participation) => t(`participation.${participation}`)}
        chosen={address.participation}
        onChange={(participation) => {
          change({ participation: PARTICIPATIONS.filter((one) => participation.includes(one)) });
        }}
      />
      <div className="fields">
        <SearchField
          label={t('polls.searchPeople')}
          value={address.search}
          onChange={(search) => {
            change({ search });
          }}
        />
        <label>
          {t('polls.group')}
          <select
            value={address.group}
            onChange={(event) => {
              change({ group: event.target.value });
            }}
          >
            <option value="">{t('polls.anyGroup')}</option>
            {listed.map((group) => (
              <option key={group}>{group}</option>
            ))}
          </select>
        </label>
        <Toggles
          label={t('list.status')}
          values={USER_STATUSES}
          words={(status) => t(`userStatus.${status}`)}
          chosen={address.status}
          onChange={(status) => {
            change({ status: USER_STATUSES.filter((one) => status.includes(one)) });
          }}
        />
        {isFiltered(address) && (
          <button type="button" onClick={clear}>
            {t('list.clear')}
          </button>
        )}
      </div>
    </search>
  );
}
