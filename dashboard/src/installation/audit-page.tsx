import { Link } from 'wouter';
import { useFresh } from '../api.js';
import type { ResultOf, VariablesOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { anyOf, day, dayStart, LAST_DAY, oneOf, pageVariables, text, useAddress } from '../parts/address.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { Moment } from '../parts/moment.js';
import { Page } from '../parts/page.js';
import { SearchField } from '../parts/search-field.js';
import { Table, type Column } from '../parts/table.js';
import { Toggles } from '../parts/toggles.js';
import { InstallationNav } from './installation-nav.js';
import { AUDIT } from './queries.js';

type Entry = ResultOf<typeof AUDIT>['auditLog']['nodes'][number];

const OUTCOMES = ['SUCCEEDED', 'REFUSED', 'FORBIDDEN', 'FAILED', 'STARTED'] as const;
const ROLES = ['', 'VIEWER', 'OPERATOR', 'ADMIN'] as const;
const PAGE_LENGTH = 50;

const FIELDS = {
  outcome: anyOf(OUTCOMES),
  action: text(),
  actor: text(),
  role: oneOf(ROLES, ''),
  since: day(),
  until: day(),
};

type Place = ReturnType<typeof useAuditPlace>;

function useAuditPlace() {
  return useAddress(FIELDS);
}

function variablesFrom({ address, cursors }: Place): VariablesOf<typeof AUDIT> {
  const { outcome, action, actor, role, since, until } = address;
  return {
    filter: {
      ...(outcome.length > 0 && { outcome }),
      ...(action.trim() !== '' && { action: action.trim() }),
      ...(actor.trim() !== '' && { actor: actor.trim() }),
      ...(role !== '' && { role }),
      ...(since !== '' && { after: dayStart(since) }),
      ...(until !== '' && { before: dayStart(until, 1) }),
    },
    ...pageVariables(cursors, PAGE_LENGTH),
  };
}

function Filters({ place: { address, change } }: { place: Place }) {
  const { t } = useWords();
  return (
    <search className="filters">
      <Toggles
        label={t('audit.outcome')}
        values={OUTCOMES}
        words={(outcome) => t(`auditOutcome.${outcome}`)}
        chosen={address.outcome}
        onChange={(outcome) => {
          change({ outcome });
        }}
      />
      <div className="fields">
        {(['action', 'actor'] as const).map((field) => (
          <SearchField
            key={field}
            label={t(`audit.${field}`)}
            value={address[field]}
            onChange={(value) => {
              change({ [field]: value });
            }}
          />
        ))}
        <label>
          {t('tokens.role')}
          <select
            value={address.role}
            onChange={(event) => {
              change({ role: event.target.value as (typeof ROLES)[number] });
            }}
          >
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {role === '' ? t('audit.anyRole') : t(`role.${role}`)}
              </option>
            ))}
          </select>
        </label>
        {(['since', 'until'] as const).map((end) => (
          <label key={end}>
            {t(`audit.${end}`)}
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
      </div>
    </search>
  );
}

function useColumns(): Column<Entry>[] {
  const { t } = useWords();
  return [
    { label: t('audit.at'), cell: ({ at }) => <Moment at={at} /> },
    {
      label: t('audit.actor'),
      cell: ({ actor, role }) => (
        <>
          {actor} <span className="quiet">{t(`role.${role}`)}</span>
        </>
      ),
    },
    {
      label: t('audit.action'),
      cell: ({ action, detail }) => (
        <>
          {action}
          {detail !== null && <div className="quiet">{detail}</div>}
        </>
      ),
    },
    {
      label: t('audit.about'),
      cell: ({ campaignId, pollId }) => (
        <>
          {campaignId !== null && <Link href={`/campaigns/${campaignId}`}>{campaignId}</Link>}{' '}
          {pollId !== null && <Link href={`/polls/${pollId}`}>{pollId}</Link>}
        </>
      ),
    },
    {
      label: t('audit.outcome'),
      cell: ({ outcome, code, repeats }) => (
        <>
          <span className={`status ${outcome}`}>{t(`auditOutcome.${outcome}`)}</span>
          {code !== null && <div className="quiet">{code}</div>}
          {repeats > 0 && <div className="quiet">{t('audit.repeats', { count: repeats })}</div>}
        </>
      ),
    },
  ];
}

/** Who did what, and with what outcome. */
export function AuditPage() {
  const { t } = useWords();
  const place = useAuditPlace();
  const entries = useFresh(AUDIT, variablesFrom(place));
  const columns = useColumns();
  return (
    <Page title={t('audit.title')}>
      <InstallationNav />
      <Filters place={place} />
      <ListAnswer of={entries} place={place}>
        {({ auditLog }) => (
          <ListPage of={auditLog} place={place} empty={<p className="empty">{t('audit.empty')}</p>}>
            {(nodes) => (
              <Table label={t('audit.title')} columns={columns} rows={nodes} keyOf={({ id }) => id} />
            )}
          </ListPage>
        )}
      </ListAnswer>
    </Page>
  );
}
