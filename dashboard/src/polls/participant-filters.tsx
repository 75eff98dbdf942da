import { useWords } from '../i18n.js';
import type { Place } from '../parts/address.js';
import { ClearFilters } from '../parts/clear-filters.js';
import { GroupFilter } from '../parts/group-filter.js';
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
  return (
    <search className="filters">
      <Toggles
        label={t('polls.participation')}
        values={PARTICIPATIONS}
        words={(participation) => t(`participation.${participation}`)}
        chosen={address.participation}
        onChange={(participation) => {
          change({ participation });
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
        <Toggles
          label={t('list.status')}
          values={USER_STATUSES}
          words={(status) => t(`userStatus.${status}`)}
          chosen={address.status}
          onChange={(status) => {
            change({ status });
          }}
        />
        <ClearFilters isFiltered={isFiltered(address)} clear={clear} />
      </div>
    </search>
  );
}
