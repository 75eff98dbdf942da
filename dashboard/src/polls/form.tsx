import { useWords } from '../i18n.js';
import { Refusals, type Action } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { GroupChoice } from '../parts/group-choice.js';
import { LAST_LOCAL_INPUT, readerZone } from '../parts/local-time.js';
import { problemsIn, type Problems } from '../parts/problems.js';
import { AreaField, TextField } from '../parts/text-field.js';
import type { PollDraft } from './form-draft.js';
import { QuestionFields } from './question-fields.js';

const FIELDS = ['title', 'description', 'closesAt', 'groups', 'anonymous', 'questions'];

interface FieldsProps {
  draft: PollDraft;
  change: (change: Partial<PollDraft>) => void;
  problems: Problems;
}

function Basics({ draft, change, problems }: FieldsProps) {
  const { t } = useWords();
  return (
    <>
      <TextField
        label={t('polls.titleField')}
        hint={t('polls.titleHint')}
        value={draft.title}
        problems={problems.at('title')}
        onChange={(title) => {
          change({ title });
        }}
      />
      <AreaField
        label={t('polls.description')}
        rows={3}
        value={draft.description}
        problems={problems.at('description')}
        onChange={(description) => {
          change({ description });
        }}
      />
      <TextField
        label={t('polls.closesAt', { zone: readerZone() })}
        hint={t('polls.closesAtHint')}
        type="datetime-local"
        max={LAST_LOCAL_INPUT}
        value={draft.closesAt}
        problems={problems.at('closesAt')}
        onChange={(closesAt) => {
          change({ closesAt });
        }}
      />
      <GroupChoice
        label={t('polls.whom')}
        hint={t('polls.whomHint')}
        chosen={draft.groups}
        problems={[
          ...problems.at('groups'),
          ...draft.groups.flatMap((_, index) => problems.at(`groups.${index}`)),
        ]}
        onChange={(groups) => {
          change({ groups });
        }}
      />
    </>
  );
}

/** What the form of a poll asks for. Once it is open, its questions and whether it is anonymous stay. */
export function PollForm({
  draft,
  change,
  action,
  label,
  isFixed,
  canSave,
  save,
  startOver,
}: {
  draft: PollDraft;
  change: (change: Partial<PollDraft>) => void;
  action: Pick<Action<never, never>, 'busy' | 'refusals'>;
  label: string;
  isFixed: boolean;
  canSave: boolean;
  save: () => void;
  /** Forgets what was filled in. */
  startOver: { label: string; run: () => void } | undefined;
}) {
  const { t } = useWords();
  const problems = problemsIn(action.refusals);
  const count = problems.count(FIELDS);
  return (
    <form
      className="poll-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Basics draft={draft} change={change} problems={problems} />
      {isFixed ? (
        <p className="warnings plain">
          {t('polls.fixed', { count: draft.questions.length })}{' '}
          {t(draft.anonymous ? 'polls.isAnonymous' : 'polls.isNotAnonymous')}
        </p>
      ) : (
        <>
          <label className="check">
            <input
              type="checkbox"
              checked={draft.anonymous}
              onChange={(event) => {
                change({ anonymous: event.target.checked });
              }}
            />
            {t('polls.anonymousField')}
          </label>
          <h2>{t('polls.questions')}</h2>
          <QuestionFields
            questions={draft.questions}
            problems={problems}
            onChange={(questions) => {
              change({ questions });
            }}
          />
        </>
      )}
      <Refusals of={problems.others(FIELDS)} />
      <p role="alert" className={count === 0 ? 'hidden' : 'problem'}>
        {count > 0 && t('polls.errors', { count })}
      </p>
      <div className="actions">
        <Button type="submit" className="primary" isOff={action.busy || !canSave}>
          {label}
        </Button>
        {startOver && (
          <button type="button" className="plain" onClick={startOver.run}>
            {startOver.label}
          </button>
        )}
      </div>
    </form>
  );
}
