import { useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { useWords } from '../i18n.js';
import { useAction } from '../parts/action.js';
import { useKept } from '../parts/kept.js';
import { Only } from '../parts/only.js';
import { Page } from '../parts/page.js';
import { draftFromAddress, emptyDraft, toInput, type Draft } from './draft.js';
import { CREATE } from './queries.js';
import { STEPS } from './steps.js';
import { Wizard } from './wizard.js';

const BASE = '/campaigns/new';

function NewCampaign() {
  const { t } = useWords();
  const [search] = useSearchParams();
  const [, navigate] = useLocation();
  const [asked] = useState(() => draftFromAddress(search));
  const {
    value: draft,
    set,
    settle,
  } = useKept<Draft>('campaign', () => ({
    value: asked ?? emptyDraft(),
    isNew: asked !== undefined,
  }));
  const creation = useAction(CREATE);
  const isMadeBefore = creation.refusals.some(({ code }) => code === 'IDEMPOTENCY_CONFLICT');
  useEffect(() => {
    // What the link asked for is in the draft now: a reload shall not ask for it again.
    if (search.has('topic')) navigate(`${BASE}?step=whom`, { replace: true });
  }, [search, navigate]);

  function become(next: Draft): void {
    creation.reset();
    set(next);
  }
  async function create(): Promise<void> {
    const done = await creation.run({ input: { ...toInput(draft), idempotencyKey: draft.key } });
    const id = done?.createCampaign.campaign?.id;
    if (id === undefined) return;
    settle();
    navigate(`/campaigns/${id}/edit?step=test`, { replace: true });
  }
  return (
    <>
      {isMadeBefore && (
        <p className="warnings plain">
          {t('create.madeBefore')} <Link href="/">{t('app.toCampaigns')}</Link>{' '}
          <button
            type="button"
            onClick={() => {
              become({ ...draft, key: emptyDraft().key });
            }}
          >
            {t('create.makeAnother')}
          </button>
        </p>
      )}
      <Wizard
        base={BASE}
        draft={draft}
        change={(change) => {
          become({ ...draft, ...change });
        }}
        campaign={undefined}
        steps={STEPS}
        save={{
          label: t('create.create'),
          run: () => void create(),
          busy: creation.busy,
          refusals: creation.refusals,
          isDone: false,
        }}
        startOver={{
          label: t('create.startOver'),
          run: () => {
            become(emptyDraft());
            navigate(BASE);
          },
        }}
      />
    </>
  );
}

export default function CreatePage() {
  const { t } = useWords();
  return (
    <Page title={t('create.title')}>
      <Only role="OPERATOR">
        <NewCampaign />
      </Only>
    </Page>
  );
}
