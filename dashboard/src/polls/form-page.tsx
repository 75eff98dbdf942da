import { Link, useLocation } from 'wouter';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { useKept } from '../parts/kept.js';
import { useNotify } from '../parts/notices.js';
import { Only } from '../parts/only.js';
import { Page } from '../parts/page.js';
import { draftFromPoll, emptyPoll, newKey, toPollChange, toPollInput, type PollDraft } from './form-draft.js';
import { PollForm } from './form.js';
import { CREATE_POLL, UPDATE_POLL } from './mutations.js';
import { POLL_TO_EDIT, type PollToEdit } from './queries.js';

function NewPoll() {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const notify = useNotify();
  const creation = useAction(CREATE_POLL);
  const { value: draft, set, settle } = useKept('poll', () => ({ value: emptyPoll() }));
  const isMadeBefore = creation.refusals.some(({ code }) => code === 'IDEMPOTENCY_CONFLICT');

  function become(next: PollDraft): void {
    creation.reset();
    set(next);
  }
  async function save(): Promise<void> {
    const id = (await creation.run({ input: toPollInput(draft) }))?.createPoll.poll?.id;
    if (id === undefined) return;
    settle();
    notify(t('polls.created'));
    navigate(`/polls/${id}`, { replace: true });
  }
  return (
    <>
      {isMadeBefore && (
        <p className="warnings plain">
          {t('polls.madeBefore')} <Link href="/polls">{t('polls.toPolls')}</Link>{' '}
          <button
            type="button"
            onClick={() => {
              become({ ...draft, idempotencyKey: newKey() });
            }}
          >
            {t('polls.makeAnother')}
          </button>
        </p>
      )}
      <PollForm
        draft={draft}
        change={(change) => {
          become({ ...draft, ...change });
        }}
        action={creation}
        label={t('polls.create')}
        isFixed={false}
        canSave
        save={() => void save()}
        startOver={{
          label: t('create.startOver'),
          run: () => {
            become(emptyPoll());
          },
        }}
      />
    </>
  );
}

export function NewPollPage() {
  const { t } = useWords();
  return (
    <Page title={t('polls.new')}>
      <Only role="ADMIN">
        <NewPoll />
      </Only>
    </Page>
  );
}

function EditPoll({ poll }: { poll: PollToEdit }) {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const notify = useNotify();
  const update = useAction(UPDATE_POLL);
  const draft = useKept(poll.id, () => ({ value: draftFromPoll(poll) }));

  async function save(): Promise<void> {
    if (!(await update.run({ id: poll.id, input: toPollChange(draft.value, draft.first) }))) return;
    draft.settle();
    notify(t('polls.saved'));
    navigate(`/polls/${poll.id}`);
  }
  return (
    <PollForm
      draft={draft.value}
      change={(change) => {
        update.reset();
        draft.set({ ...draft.value, ...change });
      }}
      action={update}
      label={t('app.save')}
      isFixed={poll.status !== 'DRAFT'}
      canSave={draft.isChanged}
      save={() => void save()}
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
  );
}

export function EditPollPage({ id }: { id: string }) {
  const { t } = useWords();
  const read = useFresh(POLL_TO_EDIT, { id });
  return (
    <Page
      title={t('polls.editTitle', { title: read.data?.poll?.title ?? id })}
      beside={<Link href={`/polls/${id}`}>{t('polls.toPoll')}</Link>}
    >
      <Only role="ADMIN">
        <Answer of={read}>
          {({ poll }) =>
            poll ? <EditPoll key={poll.id} poll={poll} /> : <p className="empty">{t('app.notFound')}</p>
          }
        </Answer>
      </Only>
    </Page>
  );
}
