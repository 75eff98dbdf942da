import { useFresh } from '../api.js';
import { useWords, type MessageKey } from '../i18n.js';
import { pageVariables, useAddress } from '../parts/address.js';
import { ListAnswer, ListPage } from '../parts/list-page.js';
import { Moment } from '../parts/moment.js';
import { Table } from '../parts/table.js';
import { useCalmReread } from '../parts/calm-reread.js';
import { HISTORY, type AuditEntry, type CampaignState } from './queries.js';

const PAGE_LENGTH = 25;
const FIELDS = {};

/** The words for what is done to campaigns; the name of another action stands for itself. */
const ACTIONS: Readonly<Partial<Record<string, MessageKey>>> = {
  createCampaign: 'campaign.did.create',
  updateCampaign: 'campaign.did.update',
  startCampaign: 'campaign.did.start',
  pauseCampaign: 'campaign.did.pause',
  resumeCampaign: 'campaign.did.resume',
  cancelCampaign: 'campaign.did.cancel',
  deleteCampaign: 'campaign.did.delete',
  retryDeliveries: 'campaign.did.retry',
  sendTestNotification: 'campaign.did.test',
  export: 'campaign.did.export',
};

/** Who did what to the campaign, for administrators. */
export function History({ campaign }: { campaign: CampaignState }) {
  const { t } = useWords();
  const place = useAddress(FIELDS);
  const answer = useFresh(HISTORY, { id: campaign.id, ...pageVariables(place.cursors, PAGE_LENGTH) });
  useCalmReread(answer, campaign.updatedAt);
  return (
    <>
      <h2>{t('campaign.history')}</h2>
      <ListAnswer of={answer} place={place}>
        {({ auditLog }) => (
          <ListPage of={auditLog} place={place} empty={<p className="empty">{t('campaign.noHistory')}</p>}>
            {(nodes) => <HistoryTable entries={nodes} />}
          </ListPage>
        )}
      </ListAnswer>
    </>
  );
}

function HistoryTable({ entries }: { entries: readonly AuditEntry[] }) {
  const { t } = useWords();
  return (
    <Table
      label={t('campaign.history')}
      rows={entries}
      keyOf={({ id }) => id}
      columns={[
        { label: t('campaign.action'), cell: ({ action }) => <Action of={action} /> },
        { label: t('campaign.when'), cell: ({ at }) => <Moment at={at} /> },
        {
          label: t('campaign.who'),
          cell: ({ actor, role }) => (
            <>
              {actor} <span className="quiet">{t(`role.${role}`)}</span>
            </>
          ),
        },
        { label: t('campaign.ending'), cell: (entry) => <Ending of={entry} /> },
        { label: t('campaign.detail'), kind: 'wide', cell: ({ detail }) => detail ?? t('app.unknown') },
      ]}
    />
  );
}

function Action({ of }: { of: string }) {
  const { t } = useWords();
  const key = ACTIONS[of];
  return <b>{key === undefined ? of : t(key)}</b>;
}

function Ending({ of: { outcome, code, repeats } }: { of: AuditEntry }) {
  const { t } = useWords();
  return (
    <>
      {t(`auditOutcome.${outcome}`)}
      {code !== null && <span className="quiet"> {code}</span>}
      {repeats > 0 && <div className="quiet">{t('campaign.repeats', { count: repeats })}</div>}
    </>
  );
}
