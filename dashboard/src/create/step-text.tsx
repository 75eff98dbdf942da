import { useId } from 'react';
import { useWords } from '../i18n.js';
import { describedBy, FieldProblems } from '../parts/problems.js';
import { TextField } from '../parts/text-field.js';
import { Editor } from './editor.js';
import { Sample } from './sample.js';
import type { StepProps } from './step-props.js';
import { Translations } from './translations.js';
import { Warnings } from './warnings.js';

function WhoseText({ draft, change }: Pick<StepProps, 'draft' | 'change'>) {
  const { t } = useWords();
  return (
    <fieldset>
      <legend>{t('create.whoseText')}</legend>
      {[false, true].map((isOwn) => (
        <label key={String(isOwn)} className="check">
          <input
            type="radio"
            name="whose"
            checked={draft.hasOwnText === isOwn}
            onChange={() => {
              const messageTemplate = draft.messageTemplate || t('create.template');
              change({ hasOwnText: isOwn, messageTemplate });
            }}
          />
          {t(isOwn ? 'create.ownText' : 'create.botText')}
        </label>
      ))}
    </fieldset>
  );
}

/** A reminder with a question; fixed once the campaign has started. */
function AsksFirst({ draft, change, problems, hasStarted }: StepProps) {
  const { t } = useWords();
  const id = useId();
  const messages = problems.at('asksFirstQuestion');
  return (
    <div className="form-field">
      <label className="check">
        <input
          type="checkbox"
          checked={draft.asksFirstQuestion}
          disabled={hasStarted}
          {...describedBy(id, messages)}
          onChange={(event) => {
            change({ asksFirstQuestion: event.target.checked });
          }}
        />
        {t('create.asksFirst')}
      </label>
      <FieldProblems id={id} messages={messages} />
    </div>
  );
}

function Samples({ draft, preview, topic }: StepProps) {
  const { t } = useWords();
  const asked = draft.asksFirstQuestion ? topic?.questions[0] : undefined;
  return (
    <section className="draft-outcome">
      <h3>{t('create.preview')}</h3>
      <Warnings of={preview} only={['LONG_WITH_LONGEST_NAME']} />
      {preview?.samples.length === 0 && <p className="quiet">{t('create.noPreview')}</p>}
      {preview?.samples.map((sample) => (
        <Sample key={sample.languageCode ?? ''} of={sample} asked={asked} />
      ))}
    </section>
  );
}

export function TextStep(props: StepProps) {
  const { t } = useWords();
  const { draft, change, problems } = props;
  return (
    <div className="two-columns">
      <div>
        <WhoseText draft={draft} change={change} />
        {draft.hasOwnText && (
          <Editor
            label={t('create.messageText')}
            value={draft.messageTemplate}
            problems={problems.at('messageTemplate')}
            onChange={(messageTemplate) => {
              change({ messageTemplate });
            }}
          />
        )}
        <AsksFirst {...props} />
        <TextField
          label={t('create.button')}
          hint={t('create.buttonHint')}
          value={draft.buttonText}
          problems={problems.at('buttonText')}
          onChange={(buttonText) => {
            change({ buttonText });
          }}
        />
        <Translations {...props} />
      </div>
      <Samples {...props} />
    </div>
  );
}
