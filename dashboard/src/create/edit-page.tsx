import { Link } from 'wouter';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { useKept } from '../parts/kept.js';
import { useNotify } from '../parts/notices.js';
import { Only } from '../parts/only.js';
import { Page } from '../parts/page.js';
import { draftFromCampaign, toChange, type CampaignToEdit } from './draft.js';
import { CAMPAIGN_TO_EDIT, UPDATE } from './queries.js';
import { STEPS, type Step } from './steps.js';
import { Wizard } from './wizard.js';

const EDITABLE = ['PENDING', 'SCHEDULED', 'PAUSED', 'FAILED'];
const AFTER_START: readonly Step[] = ['poll', 'text', 'when', 'test'];

function EditCampaign({ campaign, reread }: { campaign: CampaignToEdit; reread: () => void }) {
  const { t } = useWords();
  const notify = useNotify();
  const draft = useKept(campaign.id, () => ({ value: draftFromCampaign(campaign) }));
  const update = useAction(UPDATE);
  const hasStarted = campaign.startedAt !== null;

  async function save(): Promise<void> {
    const input = toChange(draft.value, draft.first, hasStarted);
    if (!(await update.run({ id: campaign.id, input }))) return;
    draft.settle();
    reread();
    notify(t('create.saved'));
  }
  return (
    <>
      {hasStarted && <p className="quiet">{t('create.fixed', { count: campaign.pendingUsers })}</p>}
      <Wizard
        base={`/campaigns/${campaign.id}/edit`}
        draft={draft.value}
        change={(change) => {
          update.reset();
          draft.set({ ...draft.value, ...change });
        }}
        campaign={campaign}
        steps={hasStarted ? AFTER_START : STEPS}
        save={{
          label: t('app.save'),
          run: () => void save(),
          busy: update.busy,
          refusals: update.refusals,
          isDone: !draft.isChanged,
        }}
        startOver={
          draft.isChanged
            ? {
                label: t('create.discard'),
                run: () => {
                  update.reset();
                  draft.set(draft.first);
                },
              }
            : undefined
        }
      />
    </>
  );
}

function NotEditable({ id }: { id: string }) {
  const { t } = useWords();
  return (
    <div className="empty">
      <p>{t('create.notEditable')}</p>
      <Link href={`/campaigns/${id}`}>{t('create.toCampaign')}</Link>
    </div>
  );
}

export default function EditPage({ params: { id } }: { params: { id: string } }) {
  const { t } = useWords();
  const read = useFresh(CAMPAIGN_TO_EDIT, { id });
  const name = read.data?.campaign?.name ?? read.data?.campaign?.topic.title ?? id;
  return (
    <Page
      title={t('create.editTitle', { name })}
      beside={<Link href={`/campaigns/${id}`}>{t('create.toCampaign')}</Link>}
    >
      <Only role="OPERATOR">
        <Answer of={read}>
          {({ campaign }) => {
            if (campaign === null) return <p className="empty">{t('app.notFound')}</p>;
            if (!EDITABLE.includes(campaign.status)) return <NotEditable id={id} />;
            return <EditCampaign key={campaign.id} campaign={campaign} reread={read.refetch} />;
          }}
        </Answer>
      </Only>
    </Page>
  );
}
