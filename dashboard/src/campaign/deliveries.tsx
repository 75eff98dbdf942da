import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { terms } from '../locales/en/terms.js';
import { anyOf, pageVariables, text, useAddress } from '../parts/address.js';
import { ClearFilters } from '../parts/clear-filters.js';
import { DownloadButton } from '../parts/download.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { SearchField } from '../parts/search-field.js';
import { Toggles } from '../parts/toggles.js';
import { useMay } from '../viewer.js';
import { useCalmReread } from '../parts/calm-reread.js';
import { DeliveryTable } from './delivery-table.js';
import {
  DELIVERIES,
  ONE_RECIPIENT,
  OUTCOMES,
  type CampaignState,
  type DeliveryReason,
  type Outcome,
} from './queries.js';

const STATUSES = ['SENT', 'PENDING', 'SENDING', 'FAILED', 'SKIPPED', 'UNCONFIRMED'] as const;
const REASONS = Object.keys(terms).flatMap((key) =>
  key.startsWith('reason.') ? [key.slice('reason.'.length) as DeliveryReason] : [],
);
const FIELDS = { status: anyOf(STATUSES), reason: anyOf(REASONS), search: text() };
const PAGE_LENGTH = 50;
/** What the API writes for the id of somebody who is hidden from the token. */
const HIDDEN = 'hidden';

function useDeliveryPlace() {
  const place = useAddress(FIELDS);
  const { status, reason, search } = place.address;
  const isFiltered = status.length > 0 || reason.length > 0 || search.trim() !== '';
  return { ...place, isFiltered };
}
type Place = ReturnType<typeof useDeliveryPlace>;

/** An installation may hide people from viewers, but from nobody else. */
function useSeesPeople(id: string): boolean {
  const isMore = useMay()('OPERATOR');
  const { data } = useFresh(ONE_RECIPIENT, { id }, { pause: isMore });
  const one = data?.campaign?.deliveries.nodes[0];
  return isMore || (one !== undefined && one.user.telegramId !== HIDDEN);
}

/** Who got the reminder, and who did not, and why. */
export function Deliveries({ campaign }: { campaign: CampaignState }) {
  const { t } = useWords();
  const place = useDeliveryPlace();
  const { status, reason, search } = place.address;
  const outcomes = useFresh(OUTCOMES, { id: campaign.id });
  const all = outcomes.data?.campaign?.outcomes ?? [];
  const seesPeople = useSeesPeople(campaign.id);
  const answer = useFresh(DELIVERIES, {
    id: campaign.id,
    filter: {
      ...(status.length > 0 && { status }),
      ...(reason.length > 0 && { reason }),
      ...(search.trim() !== '' && { search: search.trim() }),
    },
    ...pageVariables(place.cursors, PAGE_LENGTH),
  });
  useCalmReread(outcomes, campaign.updatedAt);
  useCalmReread(answer, campaign.updatedAt);
  return (
    <>
      <Filters place={place} outcomes={all} canSearch={seesPeople} />
      <div className="heading">
        <h2>
          {t('campaign.deliveries')}{' '}
          {search.trim() === '' && outcomes.data && (
            <small>{t('campaign.deliveryCount', { count: countMatching(all, place.address) })}</small>
          )}
        </h2>
        {seesPeople && campaign.totalUsers > 0 && (
          <DownloadButton kind="deliveries" id={campaign.id} label={t('campaign.download')} />
        )}
      </div>
      <ListAnswer of={answer} place={place}>
        {({ campaign: read }) =>
          read && (
            <ListPage
              of={read.deliveries}
              place={place}
              empty={
                <p className="empty">
                  {t(place.isFiltered ? 'campaign.noMatchingDeliveries' : 'campaign.noDeliveries')}
                </p>
              }
            >
              {(nodes) => <DeliveryTable rows={nodes} seesPeople={seesPeople} />}
            </ListPage>
          )
        }
      </ListAnswer>
    </>
  );
}

function reasonsIn(outcomes: readonly Outcome[]): DeliveryReason[] {
  return [...new Set(outcomes.flatMap(({ reason }) => (reason === null ? [] : [reason])))];
}

/** How many there are by the counts of the outcomes, which cost less than counting the list. */
function countMatching(outcomes: readonly Outcome[], { status, reason }: Place['address']): number {
  return outcomes
    .filter((one) => status.length === 0 || status.includes(one.status))
    .filter((one) => reason.length === 0 || (one.reason !== null && reason.includes(one.reason)))
    .reduce((sum, { count }) => sum + count, 0);
}

function countsOf(outcomes: readonly Outcome[]): Map<Outcome['status'], number> {
  const counts = new Map<Outcome['status'], number>();
  for (const { status, count } of outcomes) counts.set(status, (counts.get(status) ?? 0) + count);
  return counts;
}

function Filters({
  place: { address, isFiltered, change, clear },
  outcomes,
  canSearch,
}: {
  place: Place;
  outcomes: readonly Outcome[];
  canSearch: boolean;
}) {
  const { t } = useWords();
  const [chosen] = address.reason;
  const known = reasonsIn(outcomes);
  const offered = chosen === undefined || known.includes(chosen) ? known : [chosen, ...known];
  return (
    <search className="filters">
      <Toggles
        label={t('campaign.outcome')}
        values={STATUSES}
        words={(status) => t(`deliveryStatus.${status}`)}
        chosen={address.status}
        counts={countsOf(outcomes)}
        onChange={(status) => {
          change({ status });
        }}
      />
      <div className="fields">
        {canSearch && (
          <SearchField
            label={t('campaign.searchPeople')}
            value={address.search}
            onChange={(search) => {
              change({ search });
            }}
          />
        )}
        <label>
          {t('campaign.reason')}
          <select
            value={chosen ?? ''}
            onChange={({ target: { value } }) => {
              change({ reason: offered.filter((reason) => reason === value) });
            }}
          >
            <option value="">{t('campaign.anyReason')}</option>
            {offered.map((reason) => (
              <option key={reason} value={reason}>
                {t(`reason.${reason}`)}
              </option>
            ))}
          </select>
        </label>
        <ClearFilters isFiltered={isFiltered} clear={clear} />
      </div>
    </search>
  );
}
